import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Secret } from '../../../base/secret.js';
import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import { appContainer } from '../../../cookbooks/deis/definitions/app-container.js';
import { compileProgram } from '../../../provisioner/converge/compile-program.js';
import { containerBody } from '../../../provisioner/converge/resource-helpers/container-body.js';
import { createProgram } from '../../../provisioner/node-commands/one-offs.js';
import { OperationDeadline } from '../../../server/operation/operation-errors.js';
import { runStep } from '../../../server/operation/run-step.js';
import { FormationHarness } from '../../support/server/formation-harness.js';
import { sampleDatabag, samplePlacement, sampleRelease } from '../../support/nodes/sample-databag.js';
import { ShellSandbox } from '../../support/nodes/shell-program.js';

const value = `it's "q" $x \\ \n = é`;

interface Body {
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly HostConfig: { readonly RestartPolicy: object };
}

/** What Docker is asked for on the node, of the container web.1. */
function bodyOf(config: Readonly<Record<string, string>> = {}): Body {
  const databag = sampleDatabag({ release: sampleRelease(7, { config }) });
  return containerBody(appContainer(databag, samplePlacement()), {}) as unknown as Body;
}

/** What a node does with a slug whose download answers so. */
async function unpack(status: number, answer: Buffer, wanted: Buffer): Promise<[boolean, string]> {
  const box = new ShellSandbox();
  const server = createServer((_request, response) => void response.writeHead(status).end(answer));
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slug`;
    const sha256 = createHash('sha256').update(wanted).digest('hex');
    const resource = { kind: 'archive', name: box.path('slug'), url: new Secret(url), sha256 } as const;
    writeFileSync(box.path('run'), compileProgram([resource], { generation: 1, whyRun: false }).reveal());
    const env = { DEIS_STATE_DIR: box.path('state') };
    const ran = promisify(execFile)('sh', [box.path('run')], { env, timeout: 20_000 });
    const { stdout } = await ran.catch((error: { stdout: string }) => error);
    return [existsSync(box.path('slug')), stdout];
  } finally {
    server.close();
    box.dispose();
  }
}

/** How the original lost apps and machines: each case runs the real code. */
describe('the original, deploying', function () {
  this.timeout(30_000);

  it('looped without end in three places: here a wait and a step end at their deadline', async () => {
    const never = (): Promise<undefined> => Promise.resolve(undefined);
    await assert.rejects(waitUntil(never, { deadlineMs: 20, intervalMs: 1, what: 'nothing' }), WaitDeadline);
    const { signal } = new AbortController();
    await assert.rejects(
      runStep({ name: 'deaf', deadlineMs: 20, graceMs: 20, signal }, () => new Promise(() => undefined)),
      OperationDeadline,
    );
  });

  it('kept a truncated slug, or the page of a 404, for ever: here neither is unpacked', async () => {
    const slug = Buffer.from('a slug of some length');
    const [truncated, report] = await unpack(200, slug.subarray(0, 5), slug);
    assert.equal(truncated, false);
    assert.match(report, /"result":"failed"/);
    const [missing, words] = await unpack(404, Buffer.from('not found'), Buffer.from('not found'));
    assert.equal(missing, false);
    assert.match(words, /"result":"failed"/);
  });

  it('wrote config into a shell file between quotes: here Docker gets each value exactly', () => {
    assert.ok(bodyOf({ SECRET: value }).Env.includes(`SECRET=${value}`));
  });

  it('piped apps to a logger and gave up after two deaths: here Docker runs and restarts the process', () => {
    const { Cmd, HostConfig } = bodyOf();
    assert.deepEqual(Cmd, ['/usr/local/bin/start', '--', 'node server.js']);
    assert.deepEqual(HostConfig.RestartPolicy, { Name: 'unless-stopped' });
  });

  it('ran commands without the config: here a run gets it exactly', () => {
    const release = sampleRelease(7, { config: { SECRET: value } });
    const run = { formation: 'app', name: 'app-run-1', process: 'run.1', command: 'env' };
    const { stdin } = createProgram({ ...run, release: { ...release, build: release.build! } }, 'output');
    assert.ok(stdin instanceof Secret);
    const engine = 'curl() { cat >&2; }; docker() { :; }';
    const { stderr } = spawnSync('sh', { input: `${engine}\n${stdin.reveal()}`, encoding: 'utf8' });
    assert.ok((JSON.parse(stderr) as Body).Env.includes(`SECRET=${value}`));
  });

  describe('with formations', () => {
    let h: FormationHarness;
    beforeEach(async () => (h = await FormationHarness.create()));
    afterEach(() => h.close());

    it('terminated the oldest node, before its containers had moved: here the newest, when it is empty', async () => {
      await h.scaleLayers({ runtime: 2, proxy: 1 });
      await h.push();
      await h.scale({ web: 2 });
      const ended: string[] = [];
      h.cloudFault = (call, name) => {
        if (call !== 'terminate') return;
        ended.push(name);
        assert.deepEqual(h.nodes.machine(name).containers, []);
        const { address } = h.nodes.machine(name);
        assert.ok(!h.nodes.machine('app-proxy-1').backends.some((each) => each.startsWith(`${address}:`)));
      };
      assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
      assert.deepEqual(ended, ['app-runtime-2']);
    });

    it('gave two apps of a node one name and one port: here both differ', async () => {
      await h.scaleLayers({ runtime: 1 });
      await h.push(['web', 'worker']);
      await h.scale({ web: 2, worker: 2 });
      const { containers } = await h.snapshot();
      assert.equal(new Set(containers.map(({ port }) => port)).size, 4);
      const { formationId, nodeId, releaseId, port } = containers[0]!;
      const second = {
        formationId,
        nodeId,
        releaseId,
        port,
        type: 'clock',
        num: 1,
        state: 'starting' as const,
      };
      await assert.rejects(h.stores.containers.insert([second]), /node_id_port/);
      const name = (id: string): string => appContainer(sampleDatabag({ id }), samplePlacement()).name;
      assert.notEqual(name('one'), name('two'));
    });

    it('failed for everybody when one formation had no proxy: here that one goes live as well', async () => {
      await h.scaleLayers({ runtime: 1 });
      assert.equal((await h.push()).state, 'succeeded');
      assert.equal(await h.liveVersion(), 1);
    });
  });
});
