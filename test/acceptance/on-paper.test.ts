import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { waitUntil } from '../../base/wait-until.js';
import { ControllerProcess } from '../support/server/controller-process.js';
import { CiJob } from '../support/cli/ci-job.js';
import { Developer } from '../support/cli/developer.js';
import { prepareMachine } from '../support/nodes/docker-machine.js';

interface Container {
  name: string;
  type: string;
  state: string;
  release: number;
  node: string;
  seen: { state: string } | null;
}
interface Node {
  id: string;
  status: string;
  address: string;
  last_error: string | null;
}

/** docs/providers.md, section mock: the whole life of a formation without a machine. */
describe('a formation on paper', function () {
  this.timeout(120_000);
  const controller = new ControllerProcess();
  const settings = {
    DEIS_PROVIDERS: 'mock',
    DEIS_WATCH_SECONDS: '1',
    DEIS_SWEEP_SECONDS: '1',
    DEIS_SLUG_SOURCES: '127.0.0.1/32',
  };
  let developer: Developer;

  const nodes = (): Promise<Node[]> => developer.json<Node[]>(['nodes']);
  const statuses = async (): Promise<string[]> =>
    (await nodes()).map(({ id, status }) => `${id} ${status}`).sort();
  const serving = async (): Promise<string[]> =>
    (await developer.json<Container[]>(['ps']))
      .filter(({ state }) => state === 'serving')
      .map(({ type, release }) => `${type} v${release}`);
  const seen = (count: number): Promise<true> =>
    waitUntil(
      async () => {
        const all = await developer.json<Container[]>(['ps']);
        const up = all.filter((container) => container.seen?.state === 'up');
        return up.length === count && all.length === count ? (true as const) : undefined;
      },
      { deadlineMs: 20_000, intervalMs: 200, what: `${count} containers to be seen up` },
    );

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await controller.start(settings);
    developer = new Developer(controller, 'ada');
    await developer.makeKey();
    await developer.startApp('static-site');
    await developer.register();
  });

  after(() => controller.remove());

  it('gets its nodes within seconds, which are ready and have addresses that nobody can dial', async () => {
    await developer.deis(['create', '--id=paper', '--flavor=mock', '--known-hosts=yes']);
    const began = performance.now();
    const { all } = await developer.deis(['layers:scale', 'runtime=2', 'proxy=1']);
    assert.ok(performance.now() - began < 20_000, all);
    assert.deepEqual(await statuses(), [
      'paper-proxy-1 ready',
      'paper-runtime-1 ready',
      'paper-runtime-2 ready',
    ]);
    const addresses = (await nodes()).map(({ address }) => address);
    assert.equal(new Set(addresses).size, 3);
    for (const address of addresses) {
      assert.match(address, /^198-1[89]-\d+-\d+\.mock\.invalid$/);
      await assert.rejects(lookup(address));
    }
  });

  it('takes a push, whose last line says that nobody answers there', async () => {
    const { all } = await developer.git(['push', 'deis', 'master']);
    assert.match(
      all,
      /http:\/\/198-18-\d+-\d+\.mock\.invalid\/ runs paper v\d+ on paper: nothing answers there/,
    );
    await seen(1);
    assert.deepEqual(await serving(), ['web v1']);
    const { stdout, stderr } = await developer.deis(['open']);
    assert.match(stdout, /^http:\/\/198-18-\d+-\d+\.mock\.invalid\/$/);
    assert.match(stderr, /paper is on paper \(provider mock\): nothing answers there/);
  });

  it('changes its config, its counts, and goes back', async () => {
    await developer.deis(['config:set', 'COLOUR=blue']);
    await developer.deis(['scale', 'web=4']);
    assert.deepEqual(await serving(), ['web v2', 'web v2', 'web v2', 'web v2']);
    await seen(4);
    await developer.deis(['rollback', 'v1']);
    assert.deepEqual(new Set(await serving()), new Set(['web v3']));
    await developer.deis(['converge']);
  });

  it('says of commands and logs that nothing runs', async () => {
    const run = await developer.deis(['run', 'echo hello']);
    assert.match(run.all, /paper-runtime-\d is a node on paper \(provider mock\): nothing was run/);
    assert.doesNotMatch(run.all, /^hello$/m);
    const onNode = await developer.deis(['nodes:ssh', 'paper-runtime-1', 'uptime']);
    assert.match(onNode.all, /paper-runtime-1 is a node on paper \(provider mock\): nothing was run/);
    const logs = await developer.deis(['logs']);
    assert.match(logs.all, /web\.\d.*runs nowhere and says nothing/);
  });

  it('goes on after a restart of the controller', async () => {
    await controller.stop();
    await controller.start(settings);
    await seen(4);
    await developer.deis(['config:set', 'COLOUR=green']);
    assert.deepEqual(await serving(), ['web v4', 'web v4', 'web v4', 'web v4']);
    assert.ok((await statuses()).every((each) => each.endsWith(' ready')));
  });

  it('takes a slug that was built elsewhere', async () => {
    const slug = gzipSync(Buffer.alloc(10_240));
    const sha256 = createHash('sha256').update(slug).digest('hex');
    const store = createServer((_request, response) => response.end(slug)).listen(0, '127.0.0.1');
    await once(store, 'listening');
    try {
      developer.write('Procfile.built', 'web: ./server\n');
      const url = `http://127.0.0.1:${(store.address() as AddressInfo).port}/app.tgz?signature=s3cret`;
      const create = ['builds:create', `--url=${url}`, '--procfile=Procfile.built'];
      const { all } = await developer.deis([...create, `--sha256=${sha256}`]);
      assert.match(all, new RegExp(`Deployed ${sha256.slice(0, 7)} \\(v5\\)`));
      assert.doesNotMatch(all, /s3cret/);
      assert.deepEqual(new Set(await serving()), new Set(['web v5']));
      const wrong = await developer.deis([...create, `--sha256=${'0'.repeat(64)}`], { expect: 1 });
      assert.match(wrong.all, new RegExp(`the slug has the sha256 ${sha256}, not 0000`));
      assert.deepEqual(new Set(await serving()), new Set(['web v5']));
    } finally {
      store.close();
    }
  });

  it('is deployed to by the commands of docs/ci.md, with a token alone, out of any clone', async () => {
    const { stdout } = await developer.deis([
      'tokens:create',
      'ci',
      '--scope=deploy',
      '--formation=paper',
      '--json',
    ]);
    const { token } = JSON.parse(stdout) as { token: string };
    const job = new CiJob(join(controller.dataDir, 'ci'), { url: controller.running.url, token });
    for (const isShallow of [false, true]) {
      developer.write('index.html', `from a ${isShallow ? 'shallow' : 'whole'} clone\n`);
      await developer.commit('Deploy from CI');
      const live = (await serving())[0];
      await job.clone(developer.app, isShallow ? ['--depth=1'] : []);
      const said = await job.follow('Any shell', 'paper', (line) =>
        isShallow ? line.replace('git push', 'git push --force') : line,
      );
      assert.match(said, /deploy.*paper/);
      assert.match(said, /paper v\d+ on paper/);
      assert.notEqual((await serving())[0], live);
    }
  });

  it('moves its containers from a node that is destroyed, and is gone in the end', async () => {
    await developer.deis(['nodes:destroy', 'paper-runtime-1', '--confirm=paper-runtime-1']);
    const left = (await developer.json<Container[]>(['ps'])).filter(({ state }) => state === 'serving');
    assert.deepEqual(
      left.map(({ node }) => node),
      Array<string>(4).fill('paper-runtime-2'),
    );
    await developer.deis(['destroy', 'paper', '--confirm=paper']);
    assert.deepEqual(await developer.json(['formations:list']), []);
  });

  it('takes the time that its flavor says, and fails where that says so', async () => {
    const params = JSON.stringify({ latency: 1500, fail: 'launch', fail_node: '-2' });
    await developer.deis(['flavors:create', '--id=bad', '--provider=mock', `--params=${params}`]);
    await developer.deis(['create', '--id=half', '--flavor=bad', '--no-remote']);
    const began = performance.now();
    const { all } = await developer.deis(['layers:scale', 'runtime=2', '--formation=half'], { expect: 1 });
    assert.ok(performance.now() - began >= 1500);
    assert.match(all, /half-runtime-2: the mock cloud was told to fail launch/);
    const half = await developer.json<Node[]>(['nodes', '--formation=half']);
    assert.equal(half.find(({ id }) => id === 'half-runtime-1')?.status, 'ready');
    await developer.deis(['destroy', 'half', '--confirm=half']);
  });
});
