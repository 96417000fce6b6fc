import assert from 'node:assert/strict';
import { waitUntil } from '../../../base/wait-until.js';
import type { BackendHealth, ProxyStatus } from '../../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import type { DatabagProxy } from '../../../cookbooks/databag.js';
import { askAnew } from '../server/ask-anew.js';
import { PollingClient } from '../server/polling-client.js';
import type { NodeUnderConverge } from './node-under-converge.js';

/** A proxy and its runtime node with containers `web.1` to `web.3`, and nothing that could help them. */
export interface HealthBench {
  readonly proxy: NodeUnderConverge;
  readonly runtime: NodeUnderConverge;
  /** `address:port` of a container. */
  readonly backend: (num: number) => string;
  /** Has the proxy serve these containers. */
  readonly serve: (nums: readonly number[], more?: Partial<DatabagProxy>) => Promise<unknown>;
  readonly status: () => Promise<ProxyStatus>;
  /** Whether containers answer the proxy, by the firewall of their node. */
  readonly letIn: (isLetIn: boolean) => Promise<unknown>;
}

/** Seconds since. */
const secondsSince = (moment: number): number => (performance.now() - moment) / 1000;

/** Cases of what a proxy finds out by itself; all of them measured. */
export function backendHealthCases(bench: () => HealthBench): void {
  const url = (path = ''): string => `http://${bench().proxy.node.address}/${path}`;
  const codeOf = async (path = ''): Promise<number> => (await askAnew(url(path))).status;
  const docker = (action: 'kill' | 'start' | 'pause' | 'unpause', num: number): Promise<string> =>
    bench().runtime.node.sh(`docker ${action} peachy-waxworks-web.${num}-v1-${5000 + num}`);
  const until = (holds: () => Promise<boolean>, what: string, deadlineMs = 20_000): Promise<true> =>
    waitUntil(async () => ((await holds()) ? (true as const) : undefined), {
      deadlineMs,
      intervalMs: 50,
      what,
    });
  const isSeen = (num: number, health: BackendHealth): Promise<true> =>
    until(
      async () => (await bench().status()).health.get(bench().backend(num)) === health,
      `web.${num} ${health}`,
    );
  const isWell = (num: number): Promise<string> =>
    bench().proxy.node.sh(`until curl -s -m 1 -o /dev/null http://${bench().backend(num)}/; do :; done`);
  const say = (what: string, seconds: number): void => console.log(`      ${what}: ${seconds.toFixed(1)} s`);
  /** Who answered the requests that began after a moment. */
  const answeredAfter = (client: PollingClient, moment: number): string[] => [
    ...new Set(
      client.answers
        .filter(({ startedAt }) => startedAt > moment)
        .map(({ body }) => body.trim() || 'nothing'),
    ),
  ];

  /** From now on, when web.1 is well. */
  const isBackSoon = async (client: PollingClient): Promise<void> => {
    const well = performance.now();
    await until(() => Promise.resolve(answeredAfter(client, well).includes('v1 web.1')), 'web.1 to be back');
    say('and back', secondsSince(well));
    assert.ok(secondsSince(well) < 2);
  };

  it('takes a crashed container out within 3 s, back within 2 s, and no request fails', async () => {
    await bench().serve([1, 2]);
    const client = new PollingClient().start(url(), 100);
    try {
      await docker('kill', 1);
      const crashed = performance.now();
      await isSeen(1, 'down');
      const out = performance.now();
      say('a crashed container was out', secondsSince(crashed));
      assert.ok(secondsSince(crashed) < 3);
      await until(() => Promise.resolve(secondsSince(out) > 1), 'requests without it');
      assert.deepEqual(answeredAfter(client, out), ['v1 web.2']);
      await docker('start', 1);
      await isWell(1);
      await isBackSoon(client);
    } finally {
      await client.stop();
    }
    assert.deepEqual(client.failures, []);
  });

  it('passes over a container that takes connections and does not answer within 10 s, back within 2 s', async () => {
    await bench().serve([1, 2]);
    await isSeen(1, 'up');
    const client = new PollingClient().start(url(), 20);
    try {
      await docker('pause', 1);
      const hung = performance.now();
      await isSeen(1, 'silent');
      const out = performance.now();
      say('a hanging container was out', secondsSince(hung));
      assert.ok(secondsSince(hung) < 10);
      await until(() => Promise.resolve(answeredAfter(client, out).length > 0), 'requests without it');
      assert.deepEqual(answeredAfter(client, out), ['v1 web.2']);
      await docker('unpause', 1);
      await isBackSoon(client);
    } finally {
      await docker('unpause', 1).catch(() => '');
      await client.stop();
    }
  });

  it('answers 503 when none is left, to load balancers too, and serves again within 2 s', async () => {
    await bench().serve([3]);
    await docker('kill', 3);
    await until(async () => (await codeOf()) === 503 && (await codeOf('health-check')) === 503, '503', 3000);
    await docker('start', 3);
    await isWell(3);
    const well = performance.now();
    await until(async () => (await codeOf()) === 200, 'the app');
    assert.ok(secondsSince(well) < 2);
    assert.equal(await codeOf('health-check'), 200);
  });

  it('asks for the path of a health check, and gives nothing to a container that answers badly', async () => {
    const checks = {
      [bench().backend(1)]: { kind: 'http', path: '/up', intervalSeconds: 1 },
      [bench().backend(2)]: { kind: 'http', path: '/up', status: [500, 599], intervalSeconds: 1, retries: 3 },
    } as const;
    await bench().serve([1, 2], { checks });
    await isSeen(2, 'down');
    assert.equal((await bench().status()).health.get(bench().backend(1)), 'up');
    for (let n = 0; n < 6; n += 1) assert.equal((await (await askAnew(url())).text()).trim(), 'v1 web.1');
    await bench().serve([1, 2]);
    await isSeen(2, 'up');
  });

  it('answers 503, and nothing old, once it is back from being away and its containers are closed to it', async () => {
    await bench().serve([1, 2]);
    const { container } = bench().proxy.node;
    await container.pause();
    const away = performance.now();
    try {
      await bench().letIn(false);
      await until(() => Promise.resolve(secondsSince(away) > 6), 'it to be away for a while');
    } finally {
      await container.unpause();
    }
    const first = await Promise.all([codeOf('health-check'), codeOf(), codeOf()]);
    assert.deepEqual(first, [503, 503, 503]);
    await bench().letIn(true);
    const open = performance.now();
    await until(async () => (await codeOf()) === 200, 'the app');
    say('a proxy served again', secondsSince(open));
    assert.ok(secondsSince(open) < 2);
    assert.equal(await codeOf('health-check'), 200);
  });

  it('asks its containers first when it is started anew', async () => {
    await bench().serve([1, 2]);
    await bench().proxy.node.sh('systemctl restart nginx');
    assert.deepEqual(await Promise.all([codeOf(), codeOf(), codeOf('health-check')]), [200, 200, 200]);
  });
}
