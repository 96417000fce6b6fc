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

/** Asks the targets at a steady rate, from a process of its own; the returned function ends it. */
export function startProbe(targets: readonly ProbeTarget[]): () => Promise<Measured> {
  const program = fileURLToPath(new URL('probe.mjs', import.meta.url));
  const child = execa(process.execPath, [program, JSON.stringify(targets)], { stdin: 'pipe' });
  return async () => {
    child.stdin.end();
    const seen = JSON.parse((await child).stdout) as Measured;
    for (const { ms } of Object.values(seen)) ms.sort((a, b) => a - b);
    return seen;
  };
}

/** The value that this share of them, sorted, does not pass. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
