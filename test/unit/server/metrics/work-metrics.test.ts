import assert from 'node:assert/strict';
import { ControllerMetrics } from '../../../../server/metrics/controller-metrics.js';
import { Observer } from '../../../../server/observe/observer.js';

describe('the metrics of the work of a process', () => {
  let metrics: ControllerMetrics;
  let observer: Observer;
  beforeEach(() => {
    metrics = new ControllerMetrics({ version: '1.2.3', instance: 'abcd0123' });
    observer = new Observer([metrics.watcher]);
  });

  /** The value of one series, by its name and labels as they are served. */
  const valueOf = async (series: string): Promise<number | undefined> => {
    const line = (await metrics.text()).split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  const operation = { id: 'o', kind: 'push', formation: 'shop', attempt: 1 };

  it('say which version of which instance this is', async () => {
    assert.equal(await valueOf('deis_build_info{version="1.2.3",deis_instance="abcd0123"}'), 1);
  });

  it('count operations by what became of them, and how long they took', async () => {
    observer.onOperation(operation);
    observer.onOperation({ ...operation, end: { outcome: { state: 'succeeded' }, ms: 2_500 } });
    observer.onOperation({ ...operation, end: { outcome: { state: 'failed', error: {} }, ms: 500 } });
    observer.onOperation({ ...operation, end: { outcome: 'handed over', ms: 1 } });
    assert.equal(await valueOf('deis_operations_started_total{kind="push"}'), 1);
    for (const outcome of ['succeeded', 'failed', 'handed_over'])
      assert.equal(
        await valueOf(`deis_operations_finished_total{kind="push",outcome="${outcome}"}`),
        1,
        outcome,
      );
    assert.equal(await valueOf('deis_operation_duration_seconds_sum{kind="push"}'), 3.001);
    assert.equal(await valueOf('deis_operation_duration_seconds_bucket{le="2",kind="push"}'), 2);
  });

  it('count steps, and those that failed', async () => {
    const step = { operation: 'o', kind: 'push', step: 'build', ms: 1_000 };
    observer.onStep({ ...step, ok: true });
    observer.onStep({ ...step, ok: false });
    assert.equal(await valueOf('deis_operation_step_duration_seconds_count{kind="push",step="build"}'), 2);
    assert.equal(await valueOf('deis_operation_steps_failed_total{kind="push",step="build"}'), 1);
  });

  it('count the nodes of a converge by their outcome', async () => {
    const node = { node: 'n', changed: 3, ms: 400 };
    const nodes = [
      { ...node, outcome: 'ok' },
      { ...node, outcome: 'failed' },
      { ...node, outcome: 'ok' },
    ];
    observer.onConverge({ formation: 'shop', generation: 1, action: 'converge', nodes });
    assert.equal(await valueOf('deis_converged_nodes_total{outcome="ok"}'), 2);
    assert.equal(await valueOf('deis_converged_nodes_total{outcome="failed"}'), 1);
    assert.equal(await valueOf('deis_converge_resources_changed_total'), 9);
  });

  it('count requests by route, never by a name in a path, and no stream as a slow answer', async () => {
    const request = { id: 'r', method: 'GET', status: 200, ms: 20 };
    const [shop, other] = ['shop', 'other'].map((name) => `/api/formations/${name}`);
    for (const path of [shop!, other!])
      observer.onRequest({ ...request, path, route: '/api/formations/:formation', isStream: false });
    observer.onRequest({ ...request, path: `${shop}/logs`, route: '/logs', isStream: true });
    const of = (route: string): string => `{method="GET",route="${route}"`;
    assert.equal(
      await valueOf(`deis_http_requests_total${of('/api/formations/:formation')},status="200"}`),
      2,
    );
    assert.equal(await valueOf(`deis_http_requests_total${of('/logs')},status="200"}`), 1);
    assert.equal(await valueOf(`deis_http_request_duration_seconds_count${of('/logs')}}`), undefined);
    assert.ok(!(await metrics.text()).includes('shop'));
  });

  it('count transfers of git and downloads', async () => {
    observer.onTransfer({ service: 'git-receive-pack', ok: true, ms: 3_000 });
    observer.onTransfer({ service: 'git-receive-pack', ok: false, ms: 1_000 });
    const transfers = 'deis_git_transfer_duration_seconds_count{service="git-receive-pack",outcome=';
    assert.equal(await valueOf(`${transfers}"succeeded"}`), 1);
    assert.equal(await valueOf(`${transfers}"failed"}`), 1);
    observer.onDownload({ status: 200 });
    observer.onDownload({ status: 403 });
    assert.equal(await valueOf('deis_downloads_total{status="403"}'), 1);
  });
});
