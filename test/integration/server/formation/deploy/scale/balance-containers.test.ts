import assert from 'node:assert/strict';
import { createFormation } from '../../../../../../server/formation/create-formation.js';
import { balanceContainers } from '../../../../../../server/formation/deploy/scale/balance-containers.js';
import { scaleContainers } from '../../../../../../server/formation/deploy/scale/scale-containers.js';
import { scheduleNode } from '../../../../../../server/formation/nodes/schedule-node.js';
import { FormationHarness, type RunOptions } from '../../../../../support/server/formation-harness.js';

describe('balanceContainers', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    await h.push(['web', 'worker']);
    await h.scale({ web: 1, worker: 1 });
    // Each type alone is spread evenly over the two nodes; the second one stands idle.
    await h.scaleLayers({ runtime: 2 });
    assert.deepEqual(await h.containers(), [
      'web.1@app-runtime-1 v1 serving',
      'worker.1@app-runtime-1 v1 serving',
    ]);
  });
  afterEach(() => h.close());

  const balance = async (options?: RunOptions) =>
    h.end((await balanceContainers(h.parts, h.user, h.formation)).id, options);
  const balanced = ['web.1@app-runtime-1 v1 serving', 'worker.1@app-runtime-2 v1 serving'];

  it('moves containers to the node that runs fewer, and then nothing', async () => {
    const done = await balance();
    assert.deepEqual([done.state, done.result?.['moved'], await h.containers()], ['succeeded', 1, balanced]);
    assert.deepEqual(
      h.nodes.running().map((text) => text.replace(/:.*(web|worker).*/, ' $1')),
      ['app-runtime-1 web', 'app-runtime-2 worker'],
    );
    const again = await balance();
    assert.deepEqual(
      [again.state, again.result?.['moved'], await h.containers()],
      ['succeeded', 0, balanced],
    );
    assert.equal(await h.liveVersion(), 1);
  });

  for (const step of ['start', 'switch', 'live']) {
    it(`is carried on after the controller was killed at the end of ${step}`, async () => {
      const done = await balance({ kill: { step, at: 'end' } });
      assert.deepEqual([done.state, await h.containers()], ['succeeded', balanced]);
    });
  }

  it('has guests even theirs out, too, by operations of their own', async () => {
    const shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.drain();
    await scheduleNode(h.parts, h.formation, 'app-runtime-2', 'cordoned');
    await h.end((await h.queuePush(['web'], null, shop)).id);
    assert.equal(
      (await h.end((await scaleContainers(h.parts, h.user, shop, { web: 2 })).id)).state,
      'succeeded',
    );
    await scheduleNode(h.parts, h.formation, 'app-runtime-2', 'open');
    const nodes = async () =>
      new Set(
        (await h.stores.containers.ofFormation(shop.id))
          .filter(({ state }) => state === 'serving')
          .map(({ nodeId }) => nodeId),
      ).size;
    assert.equal(await nodes(), 1);
    assert.equal((await balance()).state, 'succeeded');
    assert.match(h.lines.join('\n'), /Guests even theirs out by operations of their own: shop/);
    assert.equal(await nodes(), 2);
  });

  it('leaves all as it was when the new containers do not start', async () => {
    const before = await h.containers();
    h.nodes.fault = ({ node }) => (node === 'app-runtime-2' ? 'failed' : undefined);
    assert.equal((await balance()).state, 'failed');
    h.nodes.fault = () => undefined;
    await h.drain();
    assert.deepEqual(await h.containers(), before);
  });
});
