import assert from 'node:assert/strict';
import { waitUntil } from '../../../base/wait-until.js';
import type { DatabagProxy } from '../../../cookbooks/databag.js';
import {
  nameContainers,
  readMeasures,
  type NamedContainer,
  type TrafficReading,
} from '../../../provisioner/node-commands/measures.js';
import { NodeSshTransport } from '../../../provisioner/ssh/node-ssh-transport.js';
import type { NodeUnderConverge } from './node-under-converge.js';

interface Measured {
  readonly proxy: NodeUnderConverge;
  readonly runtime: NodeUnderConverge;
  readonly ask: (path?: string, init?: RequestInit) => Promise<{ readonly status: number }>;
  readonly serve: (nums: readonly number[], more?: Partial<DatabagProxy>) => Promise<unknown>;
}

const containerOf = (names: readonly NamedContainer[], process: string): string =>
  names.find((each) => each.process === process)?.id ?? assert.fail(`there is no ${process}`);

/** Within 5 %. */
function near(value: number, expected: number, what: string): void {
  assert.ok(Math.abs(value - expected) <= expected * 0.05, `${what}: ${value}, not ${expected}`);
}

/** What the nodes of proxy-converge.test.ts serve and use, as the controller reads it. */
export function measureCases(measured: () => Measured): void {
  it('counts requests by status and by how long the app took to begin its answer, also over a reload', async () => {
    const { proxy, ask, serve } = measured();
    const connection = await new NodeSshTransport().connect(proxy.node.ssh, { deadlineMs: 10_000 });
    const counted = async (): Promise<TrafficReading> =>
      (await readMeasures(connection, { isProxy: true, deadlineMs: 10_000 })).traffic ??
      assert.fail('the proxy does not count');
    const sum = (counts: Readonly<Record<string, number>>): number =>
      Object.values(counts).reduce((all, count) => all + count, 0);
    try {
      await serve([1]);
      const before = await counted();
      for (let n = 0; n < 5; n++) assert.equal((await ask('bytes/300')).status, 200);
      assert.equal((await ask('', { method: 'POST', body: 'x'.repeat(1_100_000) })).status, 413);
      await ask('slow');
      await ask('health-check');
      // Headers beyond what a proxy holds; the next request is answered as ever.
      assert.equal((await ask('head/15000')).status, 200);
      assert.equal((await ask('head/40000')).status, 502);
      assert.equal((await ask('bytes/300')).status, 200);
      // Another site is a reload.
      await serve([1], { bodySize: 2_000_000 });
      const now = await waitUntil(
        async () => {
          const reading = await counted();
          return sum(reading.statuses) >= sum(before.statuses) + 10 ? reading : undefined;
        },
        { deadlineMs: 5000, intervalMs: 100, what: 'the requests to be counted' },
      );
      const gained = (of: keyof TrafficReading, name: string): number =>
        (now[of]?.[name] ?? 0) - (before[of]?.[name] ?? 0);
      assert.deepEqual(
        [gained('statuses', '2'), gained('statuses', '4'), gained('statuses', '5')],
        [8, 1, 1],
      );
      assert.equal(gained('took', '5000'), 1);
      assert.equal(sum(now.took) - sum(before.took), 10);
      assert.deepEqual(
        ['body', 'head', 'time'].map((limit) => gained('limited', limit)),
        [1, 1, 0],
      );
      await serve([1]);
    } finally {
      await connection.close();
    }
  });

  it('has containers whose use is read as the control groups say, without rights', async () => {
    const { runtime } = measured();
    const connection = await new NodeSshTransport().connect(runtime.node.ssh, { deadlineMs: 10_000 });
    const limits = { deadlineMs: 10_000 };
    try {
      const names = await nameContainers(connection, limits);
      assert.deepEqual(names.map(({ process, release, port }) => `${process} v${release} ${port}`).sort(), [
        'web.1 v1 5001',
        'web.2 v1 5002',
        'web.3 v1 5003',
      ]);
      await runtime.node.sh(
        `docker exec ${containerOf(names, 'web.2')} timeout 2 sh -c 'while :; do :; done' || :`,
      );
      const { containers } = await readMeasures(connection, { isProxy: false, ...limits });
      assert.equal(containers.length, 3);
      for (const { id, cpuMicroseconds, memory } of containers) {
        const engine = (
          await runtime.node.sh(
            `curl -s --unix-socket /run/docker.sock 'http://docker/containers/${id}/stats?stream=false&one-shot=true'`,
          )
        ).trim();
        const stats = JSON.parse(engine) as {
          cpu_stats: { cpu_usage: { total_usage: number } };
          memory_stats: { usage: number; stats: Record<string, number> };
        };
        const cpu = stats.cpu_stats.cpu_usage.total_usage / 1000;
        const inactive =
          stats.memory_stats.stats['total_inactive_file'] ?? stats.memory_stats.stats['inactive_file'];
        near(cpuMicroseconds, cpu, `cpu of ${id}`);
        near(memory, stats.memory_stats.usage - (inactive ?? 0), `memory of ${id}`);
      }
      const busy = containers.find(({ id }) => id === containerOf(names, 'web.2'));
      assert.ok(busy !== undefined && busy.cpuMicroseconds > 500_000);
    } finally {
      await connection.close();
    }
  });
}
