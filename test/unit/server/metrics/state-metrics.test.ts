import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { StateMetrics } from '../../../../server/metrics/state-metrics.js';
import type { Census } from '../../../../server/store/census-store.js';

const census: Census = {
  operations: [
    { kind: 'push', state: 'queued', count: 2, oldestSeconds: 40 },
    { kind: 'push', state: 'running', count: 1, oldestSeconds: 90 },
  ],
  formations: 3,
  nodes: [
    { status: 'ready', count: 5 },
    { status: 'lost', count: 1 },
  ],
  containers: [{ state: 'serving', count: 7 }],
  certificates: [{ formation: 'shop', name: 'www', expiresAt: 1_800_000_000 }],
  jobs: [
    { name: 'collect', failures: 2, endedAt: 1_790_000_000 },
    { name: 'new', failures: 0, endedAt: null },
  ],
  alerts: [{ kind: 'memory', count: 2 }],
  deliveries: [{ state: 'waiting', count: 4 }],
};

describe('the metrics of what the database holds', () => {
  let looks: (() => Promise<Census>)[];
  let registry: Registry;
  let state: StateMetrics;
  beforeEach(() => {
    looks = [];
    registry = new Registry();
    state = new StateMetrics(registry, () => looks.shift()!());
  });
  const lines = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  it('are what was counted', async () => {
    looks.push(() => Promise.resolve(census));
    await state.refresh();
    assert.deepEqual(await lines(), [
      'deis_database_up 1',
      'deis_operations{kind="push",state="queued"} 2',
      'deis_operations{kind="push",state="running"} 1',
      'deis_operation_oldest_queued_seconds 40',
      'deis_formations 3',
      'deis_nodes{status="ready"} 5',
      'deis_nodes{status="lost"} 1',
      'deis_containers{state="serving"} 7',
      'deis_certificate_expiry_timestamp_seconds{formation="shop",certificate="www"} 1800000000',
      'deis_job_failures{periodic_job="collect"} 2',
      'deis_job_failures{periodic_job="new"} 0',
      'deis_job_end_timestamp_seconds{periodic_job="collect"} 1790000000',
      'deis_alerts_open{kind="memory"} 2',
      'deis_hook_deliveries{state="waiting"} 4',
    ]);
  });

  it('pass nothing off as counted when the database does not answer', async () => {
    looks.push(
      () => Promise.resolve(census),
      () => Promise.reject(new Error('gone')),
    );
    await state.refresh();
    await state.refresh();
    assert.deepEqual(await lines(), ['deis_database_up 0']);
  });

  it('forget what is gone', async () => {
    looks.push(
      () => Promise.resolve(census),
      () => Promise.resolve({ ...census, nodes: [], operations: [] }),
    );
    await state.refresh();
    await state.refresh();
    assert.ok(!(await lines()).some((line) => /deis_nodes|deis_operations/.test(line)));
    assert.ok((await lines()).includes('deis_operation_oldest_queued_seconds 0'));
  });

  it('are counted once for all who ask at the same moment', async () => {
    let count = 0;
    looks.push(() => Promise.resolve(((count += 1), census)));
    await Promise.all([state.refresh(), state.refresh(), state.refresh()]);
    assert.equal(count, 1);
  });
});
