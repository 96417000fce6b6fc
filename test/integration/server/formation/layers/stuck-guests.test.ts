import assert from 'node:assert/strict';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { drainNode } from '../../../../../server/formation/nodes/schedule-node.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

/** `shop` and `blog` live on `app`; what `shop` starts elsewhere fails. */
describe('a node that goes while a guest cannot leave it', function () {
  this.timeout(60_000);
  const going = 'app-runtime-2';
  let h: FormationHarness;
  let shop: FormationRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    shop = await guest('shop');
    await guest('blog');
    h.nodes.fault = ({ node, databag }) =>
      databag.id === 'shop' && node !== going && node.includes('runtime') ? 'failed' : undefined;
  });
  afterEach(() => h.close());

  async function guest(name: string): Promise<FormationRecord> {
    const formation = await createFormation(h.parts, h.user, { name, host: h.formation });
    await h.drain();
    await h.stores.formations.setScale(formation.id, { web: 2 });
    assert.equal((await h.end((await h.queuePush(['web'], null, formation)).id)).state, 'succeeded');
    return formation;
  }
  async function end({ id }: OperationRecord): Promise<OperationRecord> {
    await h.drainTogether();
    return (await h.stores.operations.byId(id))!;
  }
  const destroy = async (confirm?: string) =>
    end(await destroyNode(h.parts, h.user, h.formation, going, { keep: false, confirm }));
  const node = () => h.stores.nodes.byName(h.formation.id, going);
  const running = (name: string) =>
    h.nodes.running().filter((line) => line.startsWith(`${going} (${name}): `)).length;
  const stays = async ({ state, error }: OperationRecord): Promise<void> => {
    assert.equal(state, 'failed');
    assert.match(error!.message, /app-runtime-2: it stays, for shop serves there and did not move: /);
    assert.match(error!.message, /`deis nodes:destroy app-runtime-2 --confirm=app-runtime-2`/);
    assert.equal((await node())?.status, 'removing');
    assert.deepEqual([running('shop'), running('blog')], [1, 0]);
  };
  const isGone = async ({ state, error }: OperationRecord): Promise<void> => {
    assert.deepEqual([state, error, await node()], ['succeeded', null, undefined]);
  };

  it('stays, until the guest has left it', async () => {
    await stays(await destroy(going));
    await stays(await destroy());
    h.nodes.fault = () => undefined;
    await isGone(await destroy());
    assert.equal((await h.stores.layers.ofFormation(h.formation.id))[1]?.count, 1);
  });

  it('stays after a scale or a replacement, and goes when that was said by its name again', async () => {
    await stays(await end(await scaleLayers(h.parts, h.user, h.formation, { runtime: 1 })));
    await isGone(await destroy(going));
    assert.match(h.lines.join('\n'), /shop: did not move/);
    assert.equal(running('blog'), 0);
  });

  it('holds up nothing where it was drained alone', async () => {
    assert.equal((await end(await drainNode(h.parts, h.user, h.formation, going))).state, 'succeeded');
    const { state, error } = await end(await scaleLayers(h.parts, h.user, h.formation, { runtime: 3 }));
    assert.deepEqual([state, error], ['succeeded', null]);
    assert.deepEqual([(await node())?.status, running('shop')], ['ready', 1]);
  });

  it('stays beside its replacement', async () => {
    await stays(await end(await replaceNode(h.parts, h.user, h.formation, going)));
    const nodes = (await h.stores.nodes.ofFormation(h.formation.id)).map(
      ({ name, status }) => `${name} ${status}`,
    );
    assert.deepEqual(nodes.filter((each) => each.includes('runtime')).sort(), [
      'app-runtime-1 ready',
      'app-runtime-2 removing',
      'app-runtime-3 ready',
    ]);
  });

  it('goes where nothing of the guest served before', async () => {
    const { id } = (await node())!;
    const there = (await h.stores.containers.ofFormation(shop.id)).find(({ nodeId }) => nodeId === id);
    const { type, num, port } = there!;
    const crash = { restarts: 9, exitCode: 1, outOfMemory: false, since: h.now.toISOString() };
    const seen = { process: `${type}.${num}`, port, seen: { state: 'crashing' as const, ...crash } };
    await h.stores.containers.saw(id, [seen], h.now);
    await isGone(await destroy());
    assert.match(h.lines.join('\n'), /shop: did not move/);
  });

  it('goes where it does not answer', async () => {
    h.nodes.down.add(going);
    await isGone(await destroy());
  });
});
