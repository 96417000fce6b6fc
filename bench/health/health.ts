import { PollingClient } from '../../test/support/server/polling-client.js';
import type { Benchmark, Figure } from '../benchmark.js';
import { percentile } from '../control-plane/http-load.js';
import { host, trials, type Trial } from './trials.js';
import { LiveFormation } from '../live-formation.js';

/** `[TRIES] [NAME...]`, 20 tries of each kind; a NAME is a part of a kind's name. */
export const benchmark: Benchmark = {
  about:
    'a crash, a hang, the death of a node, domains:add and certs:add: ' +
    'until both proxies serve the new state, p50 and p95',
  measure: async ({ args, talk }) => {
    const [tries = '20', ...names] = args;
    const chosen = trials.filter(
      ({ name }) => names.length === 0 || names.some((each) => name.includes(each)),
    );
    const bench = await LiveFormation.start('node-hello', ['runtime=2', 'proxy=2'], {
      DEIS_DRAIN_SECONDS: '1',
      // Proxies decide alone, and nothing is moved meanwhile.
      DEIS_WATCH_SECONDS: '0',
    });
    try {
      await bench.developer.deis(['domains:add', host]);
      await bench.developer.git(['push', 'deis', 'master']);
      await bench.developer.deis(['scale', 'web=2']);
      await bench.atRest();
      const figures: Figure[] = [];
      for (const trial of chosen) figures.push(...(await measure(bench, trial, Number(tries), talk)));
      return figures;
    } finally {
      await bench.close();
    }
  },
};

async function measure(
  bench: LiveFormation,
  trial: Trial,
  tries: number,
  talk: (line: string) => void,
): Promise<Figure[]> {
  const clients = bench.urls.map((url) => new PollingClient().start(url, 20, host));
  const seconds: number[] = [];
  try {
    for (let round = 1; round <= tries; round += 1) {
      seconds.push(await trial.run(bench, round));
      talk(`${trial.name} ${round}: ${seconds.at(-1)!.toFixed(2)} s`);
    }
  } finally {
    await Promise.all(clients.map((client) => client.stop()));
  }
  const failed = clients.reduce((sum, client) => sum + client.failures.length, 0);
  talk(`${trial.name}: ${failed} requests failed meanwhile`);
  return [
    { name: `${trial.name}, p50`, value: percentile(seconds, 50), unit: 's', note: trial.note },
    {
      name: `${trial.name}, p95`,
      value: percentile(seconds, 95),
      unit: 's',
      target: { atMost: trial.atMost },
      note: `of ${tries}`,
    },
  ];
}
