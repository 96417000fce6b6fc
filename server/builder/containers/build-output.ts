import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { onAbort } from '../../../base/on-abort.js';
import { noMask, type ValueMask } from '../../../base/value-mask.js';
import { cleanLine } from '../../operation/output/clean-line.js';
import { outputLines } from '../../operation/output/output-lines.js';
import { ShownLines } from '../../operation/output/shown-lines.js';
import type { OutputTail } from './output-tail.js';

export interface OutputRules {
  /** The line that ends it. */
  readonly last?: string;
  /** Of what the container knows and nobody is to read. */
  readonly mask?: ValueMask;
  /** Gets every line, also what is passed over. */
  readonly tail?: OutputTail;
}

/**
 * Calls `say` with each line that a container has written and will write, from its start on. Resolves to true
 * at the line `last`, which is not said, and to false when the container has ended without it, or the signal
 * is aborted. After 8 MB or 20,000 lines the rest is passed over, said once.
 */
export async function followOutput(
  docker: Docker,
  container: Docker.Container,
  say: (line: string) => void,
  signal: AbortSignal,
  { last, mask = noMask, tail }: OutputRules = {},
): Promise<boolean> {
  const logs = await container.logs({ follow: true, stdout: true, stderr: true });
  const output = new PassThrough();
  docker.modem.demuxStream(logs, output, output);
  const end = (): void => void output.end();
  logs.on('end', end).on('close', end).on('error', end);
  const stop = (): void => void (logs as unknown as { destroy(): void }).destroy();
  const release = onAbort(signal, stop);
  try {
    const shown = new ShownLines(say, 'the build', '       ');
    for await (const line of outputLines(output)) {
      if (line === last) return true;
      tail?.add(line);
      if (shown.isOver) continue;
      shown.add(cleanLine(line, mask));
      if (tail !== undefined) tail.isCut = shown.isOver;
    }
    return false;
  } finally {
    release();
    stop();
  }
}
