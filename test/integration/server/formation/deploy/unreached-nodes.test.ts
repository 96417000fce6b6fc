import assert from 'node:assert/strict';
import { generateSshKeyPair } from '../../../../../provisioner/ssh/host-key.js';
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
  const backends = (): string[] => [...h.nodes.machine('app-proxy-1').backends];

  it('are tried by every proxy: one that cannot connect stops the switch, and nothing has changed', async () => {
    const before = [await h.containers(), backends()];
    h.nodes.unreached.add(`app-proxy-2 ${await addressOf('app-runtime-1')}`);
    const push = await h.push();
    assert.equal(push.state, 'failed');
    assert.match(
      push.error?.message ?? '',
      /app-proxy-2 cannot connect to port \d+ of app-runtime-1 at its private address [\d.]+: nothing was switched.*nodes:destroy app-runtime-1/,
    );
    assert.equal(await h.liveVersion(), 1);
    assert.deepEqual([await h.containers(), backends()], before);
    h.nodes.unreached.clear();
    assert.equal((await h.push()).state, 'succeeded');
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
