import assert from 'node:assert/strict';
import { drawMetrics, type Metrics } from '../../../../../cli/actions/app/draw-metrics.js';

const none = [null, null, null, null];
const metrics: Metrics = {
  from: '2026-11-29T12:00:00.000Z',
  to: '2026-11-29T12:04:00.000Z',
  step_seconds: 60,
  steps: 4,
  traffic: [
    {
      proxy: null,
      requests: [0, 5, 10.5, null],
      statuses: { '2xx': [0, 5, 10, null], '4xx': none, '5xx': [0, 0, 0.5, null] },
      p50_ms: [null, 20, 30, null],
      p95_ms: [null, 90, 1500, null],
      p99_ms: [null, 95, 2000, null],
    },
  ],
  processes: [
    {
      process: 'web.1',
      cpu: [0, 0.25, 0.5, 0.5],
      memory: [1e8, 2e8, 4e8, 3e8],
      memory_limit: 536_870_912,
      restarts: [0, 0, 2, 0],
    },
  ],
  disks: [{ node: 'shop-runtime-1', mount: '/', used: [0.5, 0.51, 0.6, 0.55] }],
  releases: [{ version: 8, summary: 'push', live_at: '2026-11-29T12:01:30.000Z' }],
};

describe('metrics in a terminal', () => {
  it('are lines with the newest and the highest value, and the releases below', () => {
    assert.equal(
      drawMetrics(metrics),
      [
        '2026-11-29T12:00:00.000Z to 2026-11-29T12:04:00.000Z, a column is 1 min',
        '                    NOW         MOST',
        'requests/s    ▁▅█   10.5        10.5',
        '5xx/s         ▁▁█   0.50        0.50',
        'p50            ▆█   30 ms       30 ms',
        'p95            ▂█   1.5 s       1.5 s',
        'p99            ▂█   2.0 s       2.0 s',
        'web.1 cpu     ▁▅██  0.50 cores  0.50 cores',
        'web.1 memory  ▃▄▇▅  300.0 MB    400.0 MB of 536.9 MB',
        'releases       ^v8',
        '',
        'PROCESS  RESTARTS',
        'web.1    2',
        '',
        'NODE            DISK  USED  MOST',
        'shop-runtime-1  /     55 %  60 %',
      ].join('\n'),
    );
  });

  it('have the digits of an app that hardly works', () => {
    const idle = metrics.processes.map((each) => ({ ...each, cpu: [0, 0.0012, 0.02, 0.0004] }));
    assert.match(drawMetrics({ ...metrics, processes: idle }), /web\.1 cpu .* 0\.0004 cores +0\.0200 cores/);
  });

  it('have no latency now where the newest step has no request, and none at all without requests', () => {
    const [all] = metrics.traffic;
    const over = { ...all!, requests: [0, 5, 0, null], p50_ms: [null, 20, null, null] };
    const idle = drawMetrics({ ...metrics, traffic: [over] });
    assert.match(idle, /^requests\/s .* 0\.00 +5\.00$/m);
    assert.match(idle, /^p50 .* - +20 ms$/m);
    // One request that has no latency: a WebSocket.
    const socket = { ...all!, requests: [0, 5, 0.1], p95_ms: [null, 90, null], p99_ms: none };
    const text = drawMetrics({ ...metrics, traffic: [socket] });
    assert.match(text, /^p95 .* - +90 ms$/m);
    assert.match(text, /^p99 .* - +-$/m);
    const silent = { ...all!, requests: none, p50_ms: none, p95_ms: none, p99_ms: none };
    assert.match(drawMetrics({ ...metrics, traffic: [silent] }), /^p50 .* - +-$/m);
  });

  it('say so where nothing was measured', () => {
    assert.match(
      drawMetrics({ ...metrics, traffic: [], processes: [], disks: [] }),
      /^Nothing was measured in this time/,
    );
  });

  it('show each proxy where there are several', () => {
    const [all] = metrics.traffic;
    const text = drawMetrics({
      ...metrics,
      traffic: [all!, { ...all!, proxy: 'shop-proxy-1' }, { ...all!, proxy: 'shop-proxy-2' }],
    });
    assert.match(text, /^shop-proxy-2 requests\/s /m);
  });
});
