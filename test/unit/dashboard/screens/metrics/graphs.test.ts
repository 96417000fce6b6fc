import assert from 'node:assert/strict';
import type { Metrics } from '../../../../../dashboard/api/types.js';
import { graphsOf, markersOf, maxLines, timesOf } from '../../../../../dashboard/screens/metrics/graphs.js';

const nothing = { disks: [], processes: [], releases: [], traffic: [] };
const metrics: Metrics = {
  ...nothing,
  ...{ from: '2026-11-29T12:00:00.000Z', to: '2026-11-29T12:00:30.000Z', step_seconds: 10, steps: 3 },
};
const process = (name: string, ...memory: (number | null)[]): Metrics['processes'][number] => ({
  ...{ process: name, memory, memory_limit: null },
  ...{ cpu: [null, null, null], restarts: [0, 0, 0] },
});

describe('the graphs of metrics', () => {
  it('are none where nothing was measured', () => {
    assert.deepEqual(graphsOf(metrics), []);
    assert.deepEqual(
      graphsOf({ ...metrics, processes: [{ ...process('web.1', null), restarts: [null] }] }),
      [],
    );
  });

  it('have a line for each process, by its number, with what it is now and was at most', () => {
    const processes = [process('web.10', 1e6, 3e6, null), process('web.2', 2e9, 1e9, 1e9)];
    const memory = graphsOf({ ...metrics, processes }).find(({ title }) => title === 'Memory')!;
    assert.deepEqual(
      memory.lines.map(({ label, now, most }) => [label, now, most]),
      [
        ['web.2', '1.0 GB', '2.0 GB'],
        ['web.10', '3.0 MB', '3.0 MB'],
      ],
    );
  });

  it('keep the lines that are most, up to the bound', () => {
    const processes = Array.from({ length: maxLines + 5 }, (_, place) =>
      process(`web.${place + 1}`, place * 1e6),
    );
    const memory = graphsOf({ ...metrics, processes }).find(({ title }) => title === 'Memory')!;
    assert.equal(memory.lines.length, maxLines);
    assert.equal(memory.lines[0]!.label, 'web.6');
  });

  it('show all proxies together', () => {
    const one = { statuses: {}, p50_ms: [], p95_ms: [], p99_ms: [] };
    const traffic = [
      { ...one, proxy: 'shop-proxy-1', requests: [1, 1, 1] },
      { ...one, proxy: null, requests: [2, 2.5, 2], statuses: { '5xx': [0, 1, 0] } },
    ];
    const graphs = graphsOf({ ...metrics, traffic });
    assert.deepEqual(
      graphs.map(({ title, lines }) => [title, lines.map(({ label, most }) => [label, most])]),
      [
        ['Requests per second', [['all', '2.50 per second']]],
        ['Answers per second by class', [['5xx', '1 per second']]],
      ],
    );
  });

  it('have no latency now where the newest step has no request', () => {
    const one = { proxy: null, statuses: {}, p95_ms: [null, 90, null], p99_ms: [null, null, null] };
    const nowOf = (requests: (number | null)[], p50: (number | null)[]) =>
      graphsOf({ ...metrics, traffic: [{ ...one, requests, p50_ms: p50 }] })
        .find(({ title }) => title === 'Latency')!
        .lines.map(({ label, now }) => [label, now]);
    const none = [
      ['p50', '-'],
      ['p95', '-'],
    ];
    assert.deepEqual(nowOf([1, 2, 0], [10, 20, null]), none);
    assert.deepEqual(nowOf([null, null, null], [10, null, null]), none);
    assert.deepEqual(nowOf([1, 2, null], [10, 20, null])[0], ['p50', '20 ms']);
  });

  it('stand over the moments of the steps, with the releases', () => {
    const first = Date.parse(metrics.from) / 1000;
    assert.deepEqual(timesOf(metrics), [first, first + 10, first + 20]);
    const releases = [{ version: 8, summary: 'push', live_at: '2026-11-29T12:00:15.000Z' }];
    assert.deepEqual(markersOf({ ...metrics, releases }), [{ at: first + 15, label: 'v8' }]);
  });
});
