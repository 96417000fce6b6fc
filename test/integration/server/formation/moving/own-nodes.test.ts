import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { rescheduleFormation } from '../../../../../server/formation/deploy/scale/reschedule.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { finishMove, moveFormation } from '../../../../../server/formation/moving/request-move.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { moveSteps } from '../../../../../server/formation/context/steps.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';
import { makeGuest, makeOwnNodes, succeeded } from '../../../../support/server/guest-scene.js';

describe("a guest's own nodes that die", function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let shop: FormationRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    shop = await makeGuest(h, 1);
    await makeOwnNodes(h, shop);
  });
  afterEach(() => h.close());

  const now = async (): Promise<FormationRecord> => (await h.stores.formations.byId(shop.id))!;
  const places = async () => {
    const { hostId, formerHostId, vacantHostId } = await now();
    return [hostId, formerHostId, vacantHostId];
  };
  const move = (to: FormationRecord | null) => moveFormation(h.parts, h.user, shop, to);
  const finish = () => finishMove(h.parts, h.user, shop);
  const scale = async (counts: Record<string, number>) =>
    h.end((await scaleLayers(h.parts, h.user, await now(), counts)).id);
  const destroy = async (node: string) =>
    h.end((await destroyNode(h.parts, h.user, await now(), node, { keep: false })).id);
  const refused =
    (why: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof Conflict, String(error));
      assert.match(error.message, why);
      return true;
    };
  const lose = async (...names: string[]) => {
    for (const name of names) {
      h.nodes.down.add(name);
      const node = (await h.stores.nodes.byName(shop.id, name))!;
      await h.stores.nodes.update(node.id, { status: 'lost' });
    }
  };
  async function offAndBack(): Promise<void> {
    succeeded(await h.end((await move(null)).id));
    succeeded(await h.end((await move(h.formation)).id));
  }

  it('are scaled away, or destroyed, after which the move ends', async () => {
    const large = await createFormation(h.parts, h.user, { name: 'large' });
    for (const end of [
      () => scale({ runtime: 0, proxy: 0 }),
      async () => {
        succeeded(await destroy('shop-proxy-1'));
        return destroy('shop-runtime-1');
      },
    ]) {
      await offAndBack();
      await lose('shop-runtime-1', 'shop-proxy-1');
      await assert.rejects(move(large), refused(/^shop's own nodes still pass on to shop.*--finish/));
      await assert.rejects(scale({ proxy: 0 }), refused(/pass on still.*--finish/));
      await assert.rejects(destroy('shop-proxy-1'), refused(/pass on still.*--finish/));
      const ended = await h.end((await finish()).id);
      assert.equal(ended.state, 'failed');
      assert.match(ended.error!.message, /shop-proxy-1.*deis nodes:destroy NODE -f shop/);
      assert.deepEqual(await places(), [h.formation.id, null, shop.id]);
      succeeded(await end());
      assert.deepEqual(await h.stores.nodes.ofFormation(shop.id), []);
      succeeded(await h.end((await finish()).id));
      assert.deepEqual(await places(), [h.formation.id, null, null]);
      // It can go there once more.
      h.nodes.down.clear();
      succeeded(await scale({ runtime: 1, proxy: 1 }));
    }
    await offAndBack();
  });

  it('are scaled away where the move there was given up', async () => {
    const { id } = await move(null);
    await h.runUntil(id, { kill: { step: 'start', at: 'end' } });
    await assert.rejects(scale({ runtime: 0 }), refused(/is being moved/));
    await lose('shop-runtime-1');
    assert.equal((await h.end(id)).state, 'failed');
    assert.deepEqual(await places(), [h.formation.id, null, shop.id]);
    await assert.rejects(move(null), refused(/--finish/));
    succeeded(await destroy('shop-runtime-1'));
    succeeded(await h.end((await finish()).id));
    assert.deepEqual(await places(), [h.formation.id, null, null]);
  });

  it('are lost as soon as they are found silent, all of them, and come back', async () => {
    const names = ['shop-runtime-1', 'shop-proxy-1'];
    const look = async () => h.end((await rescheduleFormation(h.parts, shop.id, names))!.id);
    const states = async () => (await h.stores.nodes.ofFormation(shop.id)).map(({ status }) => status);
    for (const before of [() => Promise.resolve(), offAndBack]) {
      await before();
      for (const name of names) h.nodes.down.add(name);
      succeeded(await look());
      assert.deepEqual(await states(), ['lost', 'lost']);
      h.nodes.down.clear();
      succeeded(await look());
      assert.deepEqual(await states(), ['ready', 'ready']);
    }
    // Where it lives they are what serves, and a move there does without none.
    succeeded(await h.end((await finish()).id));
    for (const name of names) h.nodes.down.add(name);
    const ended = await h.end((await move(null)).id);
    assert.match(ended.error?.message ?? '', /no runtime node can be reached, nothing was changed/);
    h.nodes.down.clear();
    succeeded(await h.end((await finish()).id));
  });

  it('stay as they are while a move back from them, or its end, is under way', async () => {
    succeeded(await h.end((await move(null)).id));
    const back = await move(h.formation);
    await assert.rejects(scale({ proxy: 2 }), refused(/is being moved/));
    await assert.rejects(destroy('shop-proxy-1'), refused(/is being moved/));
    succeeded(await h.end(back.id));
    const { id } = await finish();
    await h.runUntil(id, { kill: { step: moveSteps.leave, at: 'end' } });
    await assert.rejects(scale({ proxy: 0 }), refused(/is being moved/));
    succeeded(await h.end(id));
  });
});
