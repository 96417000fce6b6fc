import { execa } from 'execa';
import { BuildBench } from '../test/support/apps/build-bench.js';
import { median, type Benchmark, type Figure } from './benchmark.js';

/** Examples, with the seconds that a second build of theirs may take. */
const apps = [
  { name: 'express-hello', atMost: 0.5 },
  { name: 'flask-hello', atMost: 2 },
  { name: 'go-hello', atMost: 2 },
] as const;
const never = new AbortController().signal;
const silent = (): void => undefined;

/**
 * `[ROUNDS]`. First and further builds of examples in real containers, nothing changed between them; beside them a
 * container of the same image that does nothing.
 */
export const benchmark: Benchmark = {
  about:
    'builds of the Node.js, Python and Go examples: the first, and those whose dependencies are as before',
  measure: async ({ args, talk }) => {
    const [rounds = 5] = args.map(Number);
    const bench = await BuildBench.open();
    try {
      const empty = await medianOf(rounds, () => run(bench, ['true']));
      talk(`an empty container: ${empty.toFixed(2)} s`);
      const figures: Figure[] = [{ name: 'a container that does nothing', value: empty, unit: 's' }];
      for (const app of apps) {
        figures.push(...(await measureApp(bench, app, rounds, empty)));
        talk(`${app.name} is measured`);
      }
      return figures;
    } finally {
      await bench.close();
    }
  },
};

async function measureApp(
  bench: BuildBench,
  { name, atMost }: (typeof apps)[number],
  rounds: number,
  empty: number,
): Promise<Figure[]> {
  const source = await bench.example(name);
  const builder = bench.builder();
  const build = async (): Promise<number> => {
    const order = await bench.order(name, source);
    const began = performance.now();
    await builder.build(order, silent, never);
    return (performance.now() - began) / 1000;
  };
  const first = await build();
  const further = await medianOf(rounds, build);
  return [
    { name: `${name}, first build`, value: first, unit: 's', note: 'fetches runtime and packages' },
    { name: `${name}, further build`, value: further, unit: 's', target: { atMost } },
    { name: `${name}, of it beside the container's start`, value: further - empty, unit: 's' },
  ];
}

/** Seconds of a container of the stack image. */
async function run(bench: BuildBench, command: readonly string[]): Promise<number> {
  const began = performance.now();
  await execa('docker', ['run', '--rm', '--network', 'none', bench.stack, ...command], { timeout: 60_000 });
  return (performance.now() - began) / 1000;
}

async function medianOf(rounds: number, measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await measure());
  return median(times);
}
