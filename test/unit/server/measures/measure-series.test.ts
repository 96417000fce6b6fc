import assert from 'node:assert/strict';
import { measureSeries } from '../../../../server/measures/measure-series.js';
import type {
  ContainerMeasure,
  MeasureRecord,
  NodeMeasure,
} from '../../../../server/store/app/measure-store.js';

const from = new Date('2026-11-29T12:00:00Z');
const row = (node: string, seconds: number, measure: Partial<NodeMeasure>): MeasureRecord => ({
  node,
  at: new Date(from.getTime() + seconds * 1000),
  measure: { seconds: 10, containers: {}, disks: {}, ...measure },
});
const web = (more: Partial<ContainerMeasure>): ContainerMeasure => ({
  process: 'web.1',
  release: 1,
  cpuMs: 0,
  memory: 0,
  memoryLimit: null,
  restarts: 0,
  ...more,
});

describe('measures as series', () => {
  const steps = { from, stepSeconds: 20, count: 3 };

  it('add up proxies, and have each by itself, with gaps where nothing was measured', () => {
    const { traffic } = measureSeries(
      [
        row('proxy-1', 0, { traffic: { statuses: { 2: 100 }, took: { 5: 100 } } }),
        row('proxy-1', 10, { traffic: { statuses: { 2: 80, 5: 20 }, took: { 5: 100 } } }),
        row('proxy-2', 0, { traffic: { statuses: { 2: 10 }, took: { 1000: 10 } } }),
        row('proxy-1', 40, { traffic: { statuses: {}, took: {} } }),
      ],
      steps,
    );
    assert.deepEqual(
      traffic.map(({ proxy, requests }) => [proxy, requests]),
      [
        [null, [11, null, 0]],
        ['proxy-1', [10, null, 0]],
        ['proxy-2', [1, null, null]],
      ],
    );
    assert.deepEqual(traffic[0]!.statuses['5xx'], [1, null, 0]);
    assert.deepEqual(traffic[2]!.p50, [750, null, null]);
    assert.equal(traffic[0]!.p95[0]! <= 5, true);
    assert.deepEqual(traffic[0]!.p95.slice(1), [null, null]);
  });

  it('make one process of the containers that are it, and order them by number', () => {
    const { processes } = measureSeries(
      [
        row('node-1', 0, {
          containers: {
            'web.1 5001': web({ cpuMs: 5000, memory: 30, restarts: 1 }),
            'web.1 5002': web({ cpuMs: 1000, memory: 40, memoryLimit: 64 }),
            'web.10 5003': web({ process: 'web.10' }),
            'web.2 5004': web({ process: 'web.2', cpuMs: 0 }),
          },
        }),
      ],
      steps,
    );
    assert.deepEqual(
      processes.map(({ process }) => process),
      ['web.1', 'web.2', 'web.10'],
    );
    assert.deepEqual(processes[0], {
      process: 'web.1',
      cpu: [0.6, null, null],
      memory: [40, null, null],
      memoryLimit: 64,
      restarts: [1, null, null],
    });
    assert.deepEqual(processes[1]!.cpu, [0, null, null], 'idle is idle, not unknown');
  });

  it('have the disks of each node', () => {
    const { disks } = measureSeries([row('node-1', 20, { disks: { '/': 0.5 } })], steps);
    assert.deepEqual(disks, [{ node: 'node-1', mount: '/', used: [null, 0.5, null] }]);
  });

  it('are empty where nothing was measured', () => {
    assert.deepEqual(measureSeries([], steps), { traffic: [], processes: [], disks: [] });
  });
});
