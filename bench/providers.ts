import { execa } from 'execa';
import { prepareMachine, sweep } from '../test/support/nodes/docker-machine.js';
import { newInstance, startNode } from '../test/support/nodes/docker-node.js';
import type { Benchmark, Figure } from './benchmark.js';
import { LiveFormation } from './live-formation.js';
import { secondsOf } from './seconds-of.js';

const phases = ['launch', 'boot', 'converge'];
const targets: Readonly<Record<number, number>> = { 1: 6, 8: 15 };

/**
 * `[N...]`, default 1 2 4 8. The floor of N nodes is that many started, answering by SSH and done with
 * cloud-init, by nothing but the provider.
 */
export const benchmark: Benchmark = {
  about:
    'layers:scale runtime=N proxy=1 on docker nodes from nothing to converged, per phase, ' +
    'beside N + 1 nodes that only boot',
  measure: async ({ args, talk }) => {
    const { stack } = await prepareMachine();
    const counts = args.length > 0 ? args.map(Number) : [1, 2, 4, 8];
    const figures: Figure[] = [];
    // One scale before those that count: a controller that has just started fetches the newest Node.js ahead,
    // which is no part of this.
    const formation = await LiveFormation.start('node-hello', ['runtime=1', 'proxy=1']);
    try {
      for (const count of counts) {
        await formation.developer.deis(['layers:scale', 'runtime=0', 'proxy=0']);
        const floor = await bootOnly(count + 1);
        const scaled = await scale(formation, count);
        talk(
          `runtime=${count} proxy=1: ${scaled.total.toFixed(1)} s, ` +
            `${count + 1} nodes that only boot: ${floor.toFixed(1)} s`,
        );
        figures.push(...figuresOf(count, floor, scaled));
      }
    } finally {
      await formation.close();
    }
    figures.push({
      name: 'docker load of the stack on the host',
      value: await loadOnHost(stack.id),
      unit: 's',
      note: 'what a node is spared: the node image brings it',
    });
    return figures;
  },
};

interface Scaled {
  readonly total: number;
  readonly steps: ReadonlyMap<string, number>;
}

async function scale(formation: LiveFormation, count: number): Promise<Scaled> {
  const began = performance.now();
  await formation.developer.deis(['layers:scale', `runtime=${count}`, 'proxy=1']);
  return { total: (performance.now() - began) / 1000, steps: await formation.stepsOfNewest('scale-layers') };
}

async function bootOnly(count: number): Promise<number> {
  const instance = newInstance();
  const began = performance.now();
  try {
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        startNode({ formation: 'floor', num: index + 1, instance }),
      ),
    );
    return (performance.now() - began) / 1000;
  } finally {
    await sweep(instance);
  }
}

function loadOnHost(id: string): Promise<number> {
  return secondsOf(() => execa('sh', ['-c', `docker save ${id} | docker load`]));
}

function figuresOf(count: number, floor: number, { total, steps }: Scaled): Figure[] {
  const of = `runtime=${count} proxy=1`;
  const target = targets[count];
  return [
    { name: of, value: total, unit: 's', ...(target === undefined ? {} : { target: { atMost: target } }) },
    ...phases.map((phase) => ({ name: `${of}, of it ${phase}`, value: steps.get(phase) ?? 0, unit: 's' })),
    { name: `${of}, floor: ${count + 1} nodes boot`, value: floor, unit: 's' },
  ];
}
