import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export interface ProbeTarget {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly everyMs: number;
}

/** Of each target by its name: milliseconds of every answer, in order of length, and what failed. */
export type Measured = Readonly<Record<string, { readonly ms: number[]; readonly failed: string[] }>>;

/** What the acts are started with gives way to the controller; who measures does not. */
const normalPriority = 0;
/** The scheduler shares the processors among sessions. They end with their standard input. */
const ownJob = { stdin: 'pipe', detached: true } as const;

/**
 * Asks the targets at a steady rate, and beside them `floor`: a plain node HTTP server that does nothing. All are
 * processes of their own; the returned function ends them.
 */
export async function startProbe(targets: readonly ProbeTarget[]): Promise<() => Promise<Measured>> {
  const floor = execa(process.execPath, [programOf('floor.mjs')], ownJob);
  setPriority(floor.pid!, normalPriority);
  const [port] = (await once(floor.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${port.toString().trim()}/`;
  const asked = JSON.stringify([...targets, { name: 'floor', url, everyMs: 50 }]);
  const probe = execa(process.execPath, [programOf('probe.mjs'), asked], ownJob);
  setPriority(probe.pid!, normalPriority);
  return async () => {
    probe.stdin.end();
    const seen = JSON.parse((await probe).stdout) as Measured;
    floor.stdin.end();
    await floor;
    for (const { ms } of Object.values(seen)) ms.sort((a, b) => a - b);
    return seen;
  };
}

/** The value that this share of them, sorted, does not pass. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function programOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
