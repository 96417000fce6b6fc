import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { onAbort } from '../../../base/on-abort.js';
import { noMask, type ValueMask } from '../../../base/value-mask.js';
import { cleanLine } from '../../operation/clean-line.js';
import { outputLines } from '../../operation/output-lines.js';
import type { OutputTail } from './output-tail.js';

/** Of a build's output: so much is kept, and shown to everybody who follows it. */
const maxLines = 20_000;
const maxMegabytes = 8;

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
    const sayBounded = bounded(say, mask, tail);
    for await (const line of outputLines(output)) {
      if (line === last) return true;
      tail?.add(line);
      sayBounded(line);
    }
    return false;
  } finally {
    release();
    stop();
  }
}

/** Says lines, cleaned, until they are too many, and then that. */
function bounded(say: (line: string) => void, mask: ValueMask, tail?: OutputTail): (line: string) => void {
  let lines = 0;
  let bytes = 0;
  let isOver = false;
  return (line) => {
    if (isOver) return;
    const text = cleanLine(line, mask);
    lines += 1;
    bytes += Buffer.byteLength(text);
    isOver = lines > maxLines || bytes > maxMegabytes * 1024 ** 2;
    if (isOver && tail !== undefined) tail.isCut = true;
    say(
      isOver
        ? `       (more than ${maxMegabytes} MB or ${maxLines} lines: the rest is not shown, the build goes on)`
        : text,
    );
  };
}
