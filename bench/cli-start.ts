import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, type Benchmark, type Figure } from './benchmark.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const deis = join(root, 'bin', 'deis.js');
/**
 * What is run each round, beside `node -e 0`: what answers at once, help, and a command that loads all but
 * the network (nobody is logged in).
 */
const commands = {
  'deis --version': ['--version'],
  'deis help': ['help'],
  'deis ps': ['ps', '--formation=none'],
} as const;

/** `[ROUNDS]`. The compiled client; all take turns, so that they see the same machine. */
export const benchmark: Benchmark = {
  about: 'how long deis takes to start beside an empty Node.js program',
  measure: async ({ args, talk }) => {
    const rounds = Number(args[0] ?? 20);
    execFileSync(process.execPath, [join(root, 'bin', 'build.mjs'), '--if-stale']);
    const home = mkdtempSync(join(tmpdir(), 'deis-bench-'));
    talk(`${rounds} rounds`);
    try {
      const floor: number[] = [];
      const times = new Map(Object.keys(commands).map((name): [string, number[]] => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        floor.push(timed(home, ['-e', '0']));
        for (const [name, words] of Object.entries(commands))
          times.get(name)!.push(timed(home, [deis, ...words]));
      }
      return figuresOf(median(floor), times);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

function figuresOf(floorMs: number, times: ReadonlyMap<string, readonly number[]>): Figure[] {
  const over = [...times].map(([name, each]): Figure => ({
    name: `${name} over node -e 0`,
    value: median(each) / floorMs,
    unit: 'x',
    ...(name === 'deis --version' ? { target: { atMost: 2 } } : {}),
  }));
  return [{ name: 'node -e 0', value: floorMs, unit: 'ms' }, ...over];
}

/** Milliseconds that one start takes, exit code whatever it is. */
function timed(home: string, words: readonly string[]): number {
  const start = performance.now();
  const { error } = spawnSync(process.execPath, words, {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: 'ignore',
  });
  if (error !== undefined) throw error;
  return performance.now() - start;
}
