import { execa } from 'execa';
import { waitUntil } from '../base/wait-until.js';
import { median, type Benchmark } from './benchmark.js';
import { LiveFormation } from './live-formation.js';
import { secondsOf } from './seconds-of.js';

/** `[ROUNDS]`. */
export const benchmark: Benchmark = {
  about: 'web 1 -> 8 on two warm runtime nodes, and a lost node to its containers elsewhere',
  measure: async ({ args, talk }) => {
    const [rounds = 3] = args.map(Number);
    const bench = await LiveFormation.start('node-hello', ['runtime=2', 'proxy=1'], {
      DEIS_WATCH_SECONDS: '3',
      DEIS_DRAIN_SECONDS: '1',
    });
    try {
      await bench.developer.git(['push', 'deis', 'master']);
      const up: number[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        await bench.developer.deis(['scale', 'web=1']);
        up.push(await secondsOf(() => bench.developer.deis(['scale', 'web=8'])));
        talk(`round ${round}: web 1 -> 8 in ${up.at(-1)!.toFixed(2)} s`);
      }
      const lost = await loseNode(bench);
      talk(`lost node to containers elsewhere: ${lost.toFixed(1)} s`);
      return [
        {
          name: 'web 1 -> 8',
          value: median(up),
          unit: 's',
          target: { atMost: 5 },
          note: `median of ${rounds}, until deis scale returns`,
        },
        {
          name: 'lost node to containers elsewhere',
          value: lost,
          unit: 's',
          target: { atMost: 60 },
          note: 'power off, nobody told the controller; 4 of 8 containers ran there',
        },
      ];
    } finally {
      await bench.close();
    }
  },
};

/** From the power cut until eight containers serve on the node that is left. */
async function loseNode(bench: LiveFormation): Promise<number> {
  const [first] = bench.nodes.filter(({ layer }) => layer === 'runtime');
  return secondsOf(async () => {
    await execa('docker', ['kill', first!.cloud_id]);
    await waitUntil(
      async () => {
        const containers = await bench.developer.json<{ node: string; state: string }[]>(['ps']);
        return (
          containers.filter(({ node, state }) => node !== first!.id && state === 'serving').length >= 8 ||
          undefined
        );
      },
      { deadlineMs: 180_000, intervalMs: 250, what: 'eight containers on the node that is left' },
    );
  });
}
