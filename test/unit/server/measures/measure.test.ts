import assert from 'node:assert/strict';
import { maxContainersPerRow, mergeMeasures } from '../../../../server/measures/measure.js';
import type { ContainerMeasure, NodeMeasure } from '../../../../server/store/app/measure-store.js';

const container = (more: Partial<ContainerMeasure> = {}): ContainerMeasure => ({
  process: 'web.1',
  release: 1,
  cpuMs: 100,
  memory: 10,
  memoryLimit: null,
  restarts: 0,
  ...more,
});
const measure = (more: Partial<NodeMeasure> = {}): NodeMeasure => ({
  seconds: 10,
  containers: {},
  disks: {},
  ...more,
});

describe('two times of a node as one', () => {
  it('add up what is counted and keep the highest of what goes up and down', () => {
    const one = measure({
      containers: { a: container({ memory: 30 }), b: container() },
      traffic: { statuses: { 2: 5 }, took: { 5: 5 } },
      machine: { cpuMs: 4000, memory: 70 },
      disks: { '/': 0.9 },
    });
    const other = measure({
      containers: { a: container({ memory: 20, restarts: 2, memoryLimit: 99 }), c: container() },
      traffic: { statuses: { 2: 1, 5: 2 }, took: { 10: 3 } },
      machine: { cpuMs: 1000, memory: 90 },
      disks: { '/': 0.8, '/data': 0.1 },
    });
    assert.deepEqual(mergeMeasures(one, other), {
      seconds: 20,
      containers: {
        a: container({ cpuMs: 200, memory: 30, restarts: 2, memoryLimit: 99 }),
        b: container(),
        c: container(),
      },
      traffic: { statuses: { 2: 6, 5: 2 }, took: { 5: 5, 10: 3 } },
      machine: { cpuMs: 5000, memory: 90 },
      disks: { '/': 0.9, '/data': 0.1 },
    });
  });

  it('have requests where one of them has', () => {
    const traffic = { statuses: { 2: 5 }, took: { 5: 5 } };
    assert.deepEqual(mergeMeasures(measure({ traffic }), measure()).traffic, traffic);
    assert.deepEqual(mergeMeasures(measure(), measure({ traffic })).traffic, traffic);
    assert.ok(!('traffic' in mergeMeasures(measure(), measure())));
  });

  it('are bounded: containers of earlier deploys go first', () => {
    const many = (from: number, count: number): Record<string, ContainerMeasure> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, n) => [`web.1 ${from + n}`, container({ release: from })]),
      );
    const { containers } = mergeMeasures(
      measure({ containers: many(1000, maxContainersPerRow) }),
      measure({ containers: many(1000 + maxContainersPerRow - 50, 150) }),
    );
    assert.equal(Object.keys(containers).length, maxContainersPerRow);
    assert.ok(Object.hasOwn(containers, `web.1 ${1000 + maxContainersPerRow + 99}`));
    assert.ok(!Object.hasOwn(containers, 'web.1 1000'));
  });
});
