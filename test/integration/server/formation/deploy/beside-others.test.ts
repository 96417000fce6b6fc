import assert from 'node:assert/strict';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a deploy beside those of others', function () {
  this.timeout(20_000);
  let h: FormationHarness;
  before(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
  });
  after(() => h.close());

  it('starts on the node that it has fetched for, whatever others start there meanwhile', async () => {
    const guest = async (name: string) => {
      const formation = await createFormation(h.parts, h.user, { name, host: h.formation });
      await h.drain();
      return formation;
    };
    const [shop, blog] = [await guest('shop'), await guest('blog')];
    const [first, second] = await h.stores.nodes.ofFormation(h.formation.id);
    const push = await h.queuePush(['web', 'release'], null, shop);
    const other = await h.queuePush(['web'], null, blog);
    const { releaseId } = other.params as { releaseId: number };
    const row = {
      formationId: blog.id,
      releaseId,
      type: 'web',
      state: 'serving' as const,
      nodeId: first!.id,
    };
    const onStep = async (name: string): Promise<void> => {
      if (name === 'prefetch') return;
      const port = 5900 + h.steps.length;
      await h.stores.containers.insert([{ ...row, num: h.steps.length, port }]);
    };
    h.steps.length = 0;
    await h.runUntil(push.id, { onStep });
    const done = (await h.stores.operations.byId(push.id))!;
    assert.deepEqual([done.state, done.error], ['succeeded', null]);
    assert.ok(h.steps.includes('prefetch') && h.steps.includes('start'), h.steps.join());
    const [web] = await h.stores.containers.ofFormation(shop.id);
    const beside = (await h.stores.containers.ofFormation(blog.id)).length;
    assert.ok(beside > 1);
    assert.deepEqual(
      [web?.type, web?.nodeId === first!.id, web?.nodeId === second!.id],
      ['web', true, false],
    );
  });
});
