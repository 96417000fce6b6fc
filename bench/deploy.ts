import { waitUntil } from '../base/wait-until.js';
import { askAnew } from '../test/support/server/ask-anew.js';
import { PollingClient } from '../test/support/server/polling-client.js';
import { median, type Benchmark, type Figure } from './benchmark.js';
import { LiveFormation } from './live-formation.js';

const phases = ['build', 'prefetch', 'start', 'switch', 'live'];

/**
 * `[PUSHES]`. Live is the first answer of the new release through every proxy, counted from the start of `git
 * push`.
 */
export const benchmark: Benchmark = {
  about:
    'push to live of the Node.js example on two warm runtime nodes and a proxy, per phase, under a ' +
    'client that must not notice',
  measure: async ({ args, talk }) => {
    const [pushes = 5] = args.map(Number);
    const bench = await LiveFormation.start('node-hello', ['runtime=2', 'proxy=1']);
    try {
      const first = await push(bench, 'first');
      talk(`first push: ${first.live.toFixed(2)} s`);
      await bench.developer.deis(['scale', 'web=2']);
      const rounds: Pushed[] = [];
      for (let round = 1; round <= pushes; round += 1) {
        rounds.push(await push(bench, `round ${round}`));
        talk(
          `push ${round}: live after ${rounds.at(-1)!.live.toFixed(2)} s, ` +
            `git returned after ${rounds.at(-1)!.returned.toFixed(2)} s`,
        );
      }
      return figures(first, rounds);
    } finally {
      await bench.close();
    }
  },
};

interface Pushed {
  readonly live: number;
  readonly returned: number;
  readonly steps: ReadonlyMap<string, number>;
  readonly requests: number;
  readonly failed: number;
}

async function push(bench: LiveFormation, greeting: string): Promise<Pushed> {
  const { developer, urls } = bench;
  const isFirst = greeting === 'first';
  await bench.commitGreeting(greeting);
  await bench.atRest();
  const clients = isFirst ? [] : urls.map((url) => new PollingClient().start(url, 50));
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const stop = new AbortController();
  const live = waitUntil(
    async () =>
      (await Promise.all(urls.map((url) => says(url, greeting)))).every(Boolean) ? seconds() : undefined,
    { deadlineMs: 120_000, intervalMs: 10, what: `the answer ${greeting}`, signal: stop.signal },
  );
  live.catch(() => undefined);
  try {
    await developer.git(['push', 'deis', 'master']);
  } catch (error) {
    stop.abort();
    throw error;
  }
  const returned = seconds();
  const result = { live: await live, returned, steps: await bench.stepsOfNewest('push') };
  const answers = (await Promise.all(clients.map((client) => client.stop()))).flat();
  return {
    ...result,
    requests: answers.length,
    failed: clients.reduce((sum, client) => sum + client.failures.length, 0),
  };
}

async function says(url: string, greeting: string): Promise<boolean> {
  const answer = await askAnew(url).catch(() => undefined);
  return ((await answer?.text()) ?? '').includes(greeting);
}

function figures(first: Pushed, rounds: readonly Pushed[]): Figure[] {
  const of = (pick: (pushed: Pushed) => number): number => median(rounds.map(pick));
  const steps = phases.map((name) => ({
    name: `of it ${name}`,
    value: of(({ steps: each }) => each.get(name) ?? 0),
    unit: 's',
  }));
  return [
    { name: 'first push to live', value: first.live, unit: 's', note: 'Node.js fetched before' },
    {
      name: 'second push to live',
      value: of(({ live }) => live),
      unit: 's',
      target: { atMost: 3 },
      note: `median of ${rounds.length}`,
    },
    ...steps,
    { name: 'git push returns after', value: of(({ returned }) => returned), unit: 's' },
    {
      name: 'requests meanwhile',
      value: rounds.reduce((sum, { requests }) => sum + requests, 0),
      unit: 'requests',
    },
    {
      name: 'failed of them',
      value: rounds.reduce((sum, { failed }) => sum + failed, 0),
      unit: 'requests',
      target: { atMost: 0 },
    },
  ];
}
