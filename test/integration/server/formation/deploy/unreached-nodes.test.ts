import assert from 'node:assert/strict';
import { generateSshKeyPair } from '../../../../../provisioner/ssh/host-key.js';
import { restartContainers } from '../../../../../server/formation/deploy/scale/restart-containers.js';
import { changeSetting } from '../../../../../server/formation/releases/settings/change-setting.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('addresses before they serve', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 2 });
    await h.push();
    await h.scale({ web: 2 });
  });

  afterEach(() => h.close());

  const addressOf = async (name: string): Promise<string> =>
    (await h.stores.nodes.byName(h.formation.id, name))!.privateAddress!;
  const setHealth = async (changes: Parameters<typeof changeSetting<'health'>>[4]): Promise<void> => {
    const { id } = await changeSetting(h.parts, h.user, h.formation, 'health', changes);
    assert.equal((await h.end(id)).state, 'succeeded');
  };
  const restart = async (): ReturnType<typeof h.end> =>
    h.end((await restartContainers(h.parts, h.user, h.formation, {})).id);
  const backends = (): string[] => [...h.nodes.machine('app-proxy-1').backends];

  it('are tried by every proxy: one that cannot connect stops the switch, and nothing has changed', async () => {
    const before = [await h.containers(), backends()];
    h.nodes.unreached.add(`app-proxy-2 ${await addressOf('app-runtime-1')}`);
    const push = await h.push();
    assert.equal(push.state, 'failed');
    assert.match(
      push.error?.message ?? '',
      /^proxy app-proxy-2 cannot reach web\.1 at [\d.]+:\d+: connection refused: nothing was switched\. Open the ports of app-runtime-1 to app-proxy-2.*nodes:destroy app-runtime-1/,
    );
    assert.equal(await h.liveVersion(), 1);
    assert.deepEqual([await h.containers(), backends()], before);
    h.nodes.unreached.clear();
    assert.equal((await h.push()).state, 'succeeded');
  });

  it('must answer what the health check asks, twice wrong being wrong, and the old release serves on', async () => {
    await setHealth({ web: { kind: 'http', path: '/up', status: [200, 204], timeoutSeconds: 3 } });
    const version = await h.liveVersion();
    const before = [await h.containers(), backends()];
    const { asked } = h.nodes.backends;
    asked.length = 0;
    h.nodes.backends.status = (proxy) => (proxy === 'app-proxy-2' ? 503 : 204);
    const push = await h.push();
    assert.match(
      push.error?.message ?? '',
      /^proxy app-proxy-2 asked web\.1 at [\d.]+:\d+ for \/up and got status 503, good is 200 to 204: nothing was switched/,
    );
    assert.deepEqual([await h.liveVersion(), await h.containers(), backends()], [version, ...before]);
    assert.equal(asked.filter(({ proxy, path }) => proxy === 'app-proxy-1' && path === '/up').length, 4);
    // A container that was busy once is asked again.
    asked.length = 0;
    h.nodes.backends.status = () => (asked.length <= 4 ? 503 : 200);
    assert.equal((await h.push()).state, 'succeeded');
    assert.equal(asked.length, 8);
  });

  it('must lead to the container itself: whoever else answers there, however well, stops every switch', async () => {
    const acts = {
      'a push': () => h.push(),
      'a scale up': () => h.scale({ web: 3 }),
      'a restart': () => restart(),
      'a push without a health check': async () => {
        h.nodes.backends.strangers.clear();
        await setHealth({ web: { kind: 'none' } });
        h.nodes.backends.strangers.add(at);
        return h.push();
      },
    };
    const at = `app-proxy-1 ${await addressOf('app-runtime-1')}`;
    h.nodes.backends.strangers.add(at);
    for (const [what, act] of Object.entries(acts)) {
      const ended = await act();
      assert.match(
        ended.error?.message ?? what,
        /^proxy app-proxy-1 does not reach web\.\d at [\d.]+:\d+: another machine or container answers there/,
      );
    }
    h.nodes.backends.strangers.clear();
    assert.equal((await h.push()).state, 'succeeded');
  });

  it('are tried in a first deploy, too, and not by a proxy that is lost', async () => {
    const first = h.nodes.backends.asked.slice(0, 2).map(({ proxy }) => proxy);
    assert.deepEqual(first.sort(), ['app-proxy-1', 'app-proxy-2']);
    h.nodes.down.add('app-proxy-2');
    const { asked } = h.nodes.backends;
    asked.length = 0;
    assert.equal((await h.push()).state, 'succeeded');
    assert.deepEqual(
      asked.map(({ proxy, path }) => [proxy, path]),
      [
        ['app-proxy-1', null],
        ['app-proxy-1', null],
      ],
    );
  });

  it('need not answer where the health check is none: that is said', async () => {
    await setHealth({ web: { kind: 'none' } });
    h.nodes.unreached.add(`app-proxy-1 ${await addressOf('app-runtime-1')}`);
    assert.equal((await h.push()).state, 'succeeded');
    assert.ok(
      h.lines.some((line) => /!.*app-proxy-1 cannot reach web\.1 at .*connection refused/.test(line)),
    );
  });

  it('are said, and hold nothing back, where nothing new runs', async () => {
    h.nodes.unreached.add(`app-proxy-1 ${await addressOf('app-runtime-1')}`);
    assert.equal((await h.scaleLayers({ proxy: 3 })).state, 'succeeded');
    assert.ok(
      h.lines.some((line) => /!.*app-proxy-1 cannot connect to port \d+ of app-runtime-1/.test(line)),
      h.lines.join('\n'),
    );
  });

  it('must show the pinned key of an own host with a private address', async () => {
    const node = (await h.stores.nodes.byName(h.formation.id, 'app-runtime-1'))!;
    await h.stores.nodes.update(node.id, { adopted: true, address: '203.0.113.21' });
    h.nodes.machine('app-runtime-1').publicAddress = '203.0.113.21';
    const stranger = generateSshKeyPair().publicKey;
    h.nodes.shownKeys.set(node.privateAddress!, stranger);
    const push = await h.push();
    assert.match(push.error?.message ?? '', /another machine than app-runtime-1.*answers app-proxy-1 there/);
    assert.equal(await h.liveVersion(), 1);
    h.nodes.shownKeys.set(node.privateAddress!, node.hostPublicKey);
    assert.equal((await h.push()).state, 'succeeded');
    // SSH may be closed between nodes: the port alone decides then.
    h.nodes.shownKeys.clear();
    assert.equal((await h.push()).state, 'succeeded');
  });
});
