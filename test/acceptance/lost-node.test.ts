import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Metrics } from '../../cli/actions/app/draw-metrics.js';
import { waitUntil } from '../../base/wait-until.js';
import { askAnew } from '../support/server/ask-anew.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { HookReceiver } from '../support/server/hook-receiver.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';

interface Container {
  type: string;
  num: number;
  node: string;
  state: string;
  release: number;
}
interface Node {
  id: string;
  status: string;
  layer: string;
  address: string;
  last_error: string | null;
}
interface HookMessage {
  event: string;
  at: string;
  alert: { subject: string };
}
interface Release {
  version: number;
  live: boolean;
}

describe('a runtime node that does not answer', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  let developer: Developer;
  const receiver = new HookReceiver();
  let isPaused = false;
  let pausedAt = 0;
  let secret = '';

  const lostNode = async () =>
    (await prepareMachine()).docker.getContainer(`deis-${controller.instance}-lost-runtime-1`);
  const pause = async (): Promise<void> => {
    await (await lostNode()).pause();
    isPaused = true;
    pausedAt = Date.now();
  };
  const unpause = async (): Promise<void> => {
    if (isPaused) await (await lostNode()).unpause();
    isPaused = false;
  };
  const nodes = (): Promise<Node[]> => developer.json<Node[]>(['nodes']);
  const statuses = async (): Promise<string[]> =>
    (await nodes()).map(({ id, status }) => `${id} ${status}`).sort();
  const until = (holds: () => Promise<boolean>, what: string): Promise<true> =>
    waitUntil(async () => ((await holds()) ? (true as const) : undefined), {
      deadlineMs: 60_000,
      intervalMs: 500,
      what,
    });
  const serving = async (): Promise<Container[]> =>
    (await developer.json<Container[]>(['ps'])).filter(({ state }) => state === 'serving');
  const nodesServing = async (): Promise<string[]> => (await serving()).map(({ node }) => node).sort();

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await controller.start();
    await receiver.listen();
    developer = new Developer(controller, 'ada');
    await developer.makeKey();
    await developer.startApp('node-hello');
    await developer.register();
    await developer.deis(['create', '--id=lost', '--flavor=docker', '--known-hosts=yes']);
    await developer.deis(['layers:scale', 'runtime=2', 'proxy=1']);
    await developer.deis(['scale', 'web=2']);
    await developer.git(['push', 'deis', 'master']);
  });

  after(async () => {
    await unpause();
    await controller.remove();
    await receiver.close();
  });

  it('is marked lost by the next deploy, which goes to the other node and says so', async () => {
    assert.deepEqual(await nodesServing(), ['lost-runtime-1', 'lost-runtime-2']);
    await pause();
    const { all } = await developer.deis(['config:set', 'POWERED_BY=one node']);
    assert.match(all, /lost-runtime-1 cannot be reached and is left out: \S/);
    assert.deepEqual(await statuses(), ['lost-proxy-1 ready', 'lost-runtime-1 lost', 'lost-runtime-2 ready']);
    assert.match((await nodes()).find(({ id }) => id === 'lost-runtime-1')?.last_error ?? '', /\S/);
    const live = (await developer.json<Release[]>(['releases'])).find((release) => release.live);
    assert.deepEqual(
      (await serving()).map(({ node, release }) => [node, release]),
      [
        ['lost-runtime-2', live?.version],
        ['lost-runtime-2', live?.version],
      ],
    );
  });

  it('gets no request any more', async () => {
    const proxy = (await nodes()).find(({ layer }) => layer === 'proxy');
    for (let n = 0; n < 10; n += 1) {
      const answer = await askAnew(`http://${proxy?.address}/`, { signal: AbortSignal.timeout(5_000) });
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /one node/);
    }
  });

  it('is taken back by the next deploy once it answers', async () => {
    await unpause();
    const { all } = await developer.deis(['config:set', 'POWERED_BY=two nodes']);
    assert.match(all, /lost-runtime-1 answers again/);
    assert.deepEqual(await statuses(), [
      'lost-proxy-1 ready',
      'lost-runtime-1 ready',
      'lost-runtime-2 ready',
    ]);
    assert.deepEqual(await nodesServing(), ['lost-runtime-1', 'lost-runtime-2']);
  });

  it('is found out by the controller itself, which moves its containers, and back when it answers', async () => {
    await controller.stop();
    await controller.start({
      DEIS_WATCH_SECONDS: '2',
      DEIS_SWEEP_SECONDS: '2',
      DEIS_MEASURE_SECONDS: '2',
      DEIS_HOOK_NETWORKS: '127.0.0.0/8',
    });
    await developer.deis(['alerts:add', 'node-lost']);
    secret = (await developer.deis(['hooks:add', receiver.url])).stdout.trim();
    await pause();
    await until(
      async () =>
        (await statuses()).includes('lost-runtime-1 lost') &&
        String(await nodesServing()) === 'lost-runtime-2,lost-runtime-2',
      'its containers to run elsewhere',
    );
    const proxy = (await nodes()).find(({ layer }) => layer === 'proxy');
    for (let n = 0; n < 10; n += 1)
      assert.equal(
        (await askAnew(`http://${proxy?.address}/`, { signal: AbortSignal.timeout(5_000) })).status,
        200,
      );
    // Alerts are looked for every 10 s: what is over before is not told.
    await until(async () => receiver.heard.length > 0, 'the hook to be told');
    await unpause();
    await until(
      async () =>
        (await statuses()).includes('lost-runtime-1 ready') &&
        String(await nodesServing()) === 'lost-runtime-1,lost-runtime-2',
      'it to be back',
    );
    const operations = await developer.json<{ kind: string; state: string; requested_by: string | null }[]>([
      'ops',
    ]);
    const own = operations.filter(({ kind }) => kind === 'reschedule');
    assert.ok(own.length >= 2 && own.every(({ requested_by }) => requested_by === 'system:watcher'));
  });

  it('is told to a hook within a minute, signed, and again when it is back', async () => {
    await until(async () => receiver.heard.length >= 2, 'both messages');
    const [fired, resolved] = receiver.heard.map(({ body }) => JSON.parse(body) as HookMessage);
    assert.deepEqual(
      [fired?.event, fired?.alert.subject, resolved?.event],
      ['alert.fired', 'lost-runtime-1', 'alert.resolved'],
    );
    assert.ok(Date.parse(fired?.at ?? '') - pausedAt < 60_000, 'it took longer than a minute');
    for (const { signature, body } of receiver.heard) {
      const [, time, sum] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      assert.equal(createHmac('sha256', secret).update(`${time}.${body}`).digest('hex'), sum);
    }
    const [newest] = await developer.json<{ id: string; state: string }[]>(['hooks:deliveries']);
    assert.equal(newest?.state, 'delivered');
    await developer.deis(['hooks:resend', 'default', newest?.id ?? '']);
    await until(async () => receiver.heard.length === 3, 'what is sent again');
    assert.match((await developer.deis(['alerts:fired'])).stdout, /^over +node-lost +lost-runtime-1 /m);
  });

  it('is measured again, and deis metrics draws what the app served and used, with its releases', async () => {
    const proxy = (await nodes()).find(({ layer }) => layer === 'proxy');
    await until(async () => {
      await askAnew(`http://${proxy?.address}/`, { signal: AbortSignal.timeout(5_000) });
      const { traffic, processes, disks } = await developer.json<Metrics>(['metrics', '--since=10m']);
      return (
        traffic.some(
          ({ proxy: one, requests }) => one === 'lost-proxy-1' && requests.some((n) => n !== null && n > 0),
        ) &&
        traffic[0]!.p95_ms.some((ms) => ms !== null && ms > 0) &&
        ['web.1', 'web.2'].every((name) =>
          processes.some(
            ({ process, memory }) => process === name && memory.some((n) => n !== null && n > 1e6),
          ),
        ) &&
        ['lost-runtime-1', 'lost-runtime-2', 'lost-proxy-1'].every((name) =>
          disks.some(({ node }) => node === name),
        )
      );
    }, 'all of it to be measured');
    const { stdout } = await developer.deis(['metrics', '--since=1h']);
    assert.match(stdout, /^requests\/s .*[▁▂▃▄▅▆▇█]/m);
    assert.match(stdout, /^web\.1 cpu .* cores/m);
    assert.match(stdout, /^releases .*v\d/m);
  });

  it('and every other node is as it must be; a change by hand is in the plan, and converging repairs it', async () => {
    await until(
      async () => (await developer.json<Container[]>(['ps'])).every(({ state }) => state === 'serving'),
      'the old containers to be gone',
    );
    await developer.deis(['converge']);
    const { stdout } = await developer.deis(['plan', '--exit-code']);
    assert.equal(stdout.match(/nothing would change/g)?.length, 3, stdout);
    const node = (await prepareMachine()).docker.getContainer(`deis-${controller.instance}-lost-proxy-1`);
    const exec = await node.exec({ Cmd: ['sh', '-c', 'echo "# by hand" >>/etc/nginx/nginx.conf'] });
    await exec.start({});
    await until(async () => (await exec.inspect()).ExitCode === 0, 'the drift');
    for (let n = 0; n < 2; n += 1) {
      const plan = await developer.deis(['plan', '--exit-code'], { expect: 7 });
      assert.match(
        plan.stdout,
        /lost-proxy-1 \(proxy\): \d would change\n {2}~ file\[\/etc\/nginx\/nginx\.conf\]\n[^]*-# by hand/,
      );
    }
    assert.match((await developer.deis(['nodes:status', '--drift'])).stdout, /lost-proxy-1 .*\d/);
    await developer.deis(['converge']);
    await developer.deis(['plan', '--exit-code']);
  });
});
