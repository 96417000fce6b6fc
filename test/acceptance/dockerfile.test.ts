import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { Developer } from '../support/cli/developer.js';
import { prepareImager, prepareMachine } from '../support/nodes/docker-machine.js';
import { askAnew } from '../support/server/ask-anew.js';
import { waitUntil } from '../../base/wait-until.js';
import { bailWithin } from '../support/bail-within.js';
import { ControllerProcess } from '../support/server/controller-process.js';

describe('an app with a Dockerfile', function () {
  this.timeout(180_000);
  bailWithin();
  const controller = new ControllerProcess();
  const sentinel = `sentinel-${randomBytes(12).toString('hex')}`;
  let developer: Developer;
  let url = '';

  const page = async (): Promise<string> => {
    const answer = await askAnew(new URL(url), { signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  };
  const push = async (message: string): Promise<string> => {
    await developer.commit(message);
    return (await developer.git(['push', 'deis', 'master'])).all;
  };
  /** In the runtime node. */
  const onNode = async (command: string): Promise<string> => {
    const filters = ['--filter', `label=deis.instance=${controller.instance}`, '--filter', 'name=runtime'];
    const { stdout: id } = await execa('docker', ['ps', '--quiet', ...filters]);
    return (await execa('docker', ['exec', id.trim(), 'sh', '-c', command])).stdout;
  };

  before(async function () {
    this.timeout(600_000);
    await prepareMachine();
    await prepareImager();
    await controller.start();
    developer = new Developer(controller, 'ada');
    await developer.makeKey();
    await developer.startApp('dockerfile-app');
    await developer.register();
    await developer.deis(['create', '--id=peachy', '--flavor=docker', '--known-hosts=yes']);
    await developer.deis(['layers:scale', 'runtime=1', 'proxy=1']);
    const nodes = await developer.json<{ layer: string; address: string }[]>(['nodes']);
    url = `http://${nodes.find(({ layer }) => layer === 'proxy')!.address}/`;
    await developer.deis(['config:set', `SECRET=${sentinel}`]);
  });

  after(() => controller.remove());

  it('goes live by git push, as the user and in the folder that its image says', async () => {
    const { all } = await developer.git(['push', 'deis', 'master']);
    assert.match(all, /Dockerfile found: the app is built as an image/);
    assert.match(all, /STEP 1\/\d+: FROM deis\/stack/);
    assert.match(await page(), /^Hello from an image, nobody: release v2, uid 33\n$/);
  });

  it('has its config when it runs, and in no layer of its image', async () => {
    await developer.deis(['config:set', 'NAME=Ada']);
    assert.match(await page(), /^Hello from an image, Ada: release v3/);
    const layers = await execa('grep', ['-rlF', sentinel, `${controller.dataDir}/registry`], {
      reject: false,
    });
    assert.deepEqual([layers.exitCode, layers.stdout], [1, '']);
  });

  it('is built again without the layers that have not changed', async () => {
    developer.write('greeting.txt', 'Good morning\n');
    const output = await push('Say good morning');
    assert.match(output, /Using cache/);
    const [, sent = ''] = /(\d+) KB, were new to the registry/.exec(output) ?? [];
    assert.ok(Number(sent) < 1000, output);
    assert.match(await page(), /^Good morning, Ada: release v4/);
  });

  it('is shown as what it is', async () => {
    const build = await developer.json<{ kind: string; image: string; size: number }>(['builds:info']);
    assert.equal(build.kind, 'image');
    assert.match(build.image, /^deis-apps\/peachy:[0-9a-f]{12}@sha256:/);
    assert.ok(build.size > 1e6);
    assert.match((await developer.deis(['builds'])).stdout, /image +Dockerfile/);
  });

  it('gives commands of `deis run` its image, user and config', async () => {
    const { stdout } = await developer.deis(['run', 'id -u; pwd; echo $NAME']);
    assert.deepEqual(stdout.trim().split(/\s+/), ['33', '/srv/app', 'Ada']);
  });

  it('becomes a slug, and goes back to the image, and to the slug again', async () => {
    await developer.git(['rm', '-q', 'Dockerfile', 'server.py']);
    developer.write('index.html', '<p>static</p>\n');
    await push('Be a static site');
    assert.match(await page(), /static/);
    await developer.deis(['rollback', 'v4']);
    assert.match(await page(), /^Good morning, Ada: release v6/);
    await developer.deis(['rollback', 'v5']);
    assert.match(await page(), /static/);
    // Old images do not stay on nodes.
    await waitUntil(
      async () => ((await onNode('docker images --quiet deis-apps/peachy')) === '' ? true : undefined),
      { deadlineMs: 60_000, intervalMs: 500, what: 'the image to go' },
    );
  });

  it('runs the types of a Procfile, and listens where its image EXPOSEs', async () => {
    await developer.git(['checkout', '-q', 'HEAD~1', '--', 'Dockerfile', 'server.py']);
    await developer.git(['rm', '-q', 'index.html']);
    developer.write('Dockerfile', `${developer.read('Dockerfile')}EXPOSE 8080\n`);
    developer.write('Procfile', 'web: NAME=Procfile exec python3 -u server.py\nworker: sleep 1000\n');
    const output = await push('Have a Procfile');
    assert.match(output, /It EXPOSEs 8080\/tcp: requests go to port 8080/);
    assert.match(await page(), /^Good morning, Procfile: release v8/);
    assert.match(await onNode("docker ps --format '{{.Ports}}'"), /->8080\/tcp/);
    await developer.deis(['scale', 'worker=1']);
    assert.match((await developer.deis(['ps'])).stdout, /worker/);
  });

  it('says which step failed and leaves what is live', async () => {
    developer.write('Dockerfile', 'FROM deis/stack\nRUN echo it broke && exit 7\n');
    await developer.commit('Break');
    const { all } = await developer.git(['push', 'deis', 'master'], { expect: 'failure' });
    assert.match(all, /the build failed: RUN echo it broke && exit 7 failed \(exit code \d+\)/);
    assert.match(await page(), /^Good morning, Procfile: release v8/);
  });
});
