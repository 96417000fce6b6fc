import assert from 'node:assert/strict';
import { guestsStep } from '../../../../../server/formation/context/steps.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { drainNode, scheduleNode } from '../../../../../server/formation/nodes/schedule-node.js';
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

  const drain = async () => end(await drainNode(h.parts, h.user, h.formation, going));
  const isStuck = async ({ state, error }: OperationRecord): Promise<void> => {
    assert.equal(state, 'failed');
    assert.match(error!.message, /^app-runtime-2 is not empty: shop serves there and did not move: /);
    assert.match(
      error!.message,
      /`deis nodes:drain app-runtime-2` goes on.*`deis nodes:uncordon app-runtime-2`/,
    );
    const { status, scheduling } = (await node())!;
    assert.deepEqual([status, scheduling], ['ready', 'drained']);
    assert.deepEqual([running('shop'), running('blog')], [1, 0]);
  };
  const isEmpty = async ({ state, error }: OperationRecord): Promise<void> => {
    assert.deepEqual([state, error], ['succeeded', null]);
    const { status, scheduling, id } = (await node())!;
    assert.deepEqual([status, scheduling], ['ready', 'drained']);
    assert.deepEqual(await h.stores.containers.ofNode(id), []);
  };

  it('is drained but for it, takes nothing new, and holds up no other operation', async () => {
    await end(await h.queuePush(['web', 'worker']));
    await end(await scaleContainers(h.parts, h.user, h.formation, { web: 2 }));
    const own = () => h.nodes.running().filter((line) => line.startsWith(`${going}: `)).length;
    assert.ok(own() > 0);
    await isStuck(await drain());
    assert.equal(own(), 0);
    const { state, error } = await end(await scaleLayers(h.parts, h.user, h.formation, { runtime: 3 }));
    assert.deepEqual([state, error], ['succeeded', null]);
    assert.deepEqual([(await node())?.status, running('shop'), running('blog'), own()], ['ready', 1, 0, 0]);
    // The people of the guest mend it: its next deploy leaves.
    h.nodes.fault = () => undefined;
    await end(await h.queuePush(['web'], null, shop));
    assert.equal(running('shop'), 0);
    await isEmpty(await drain());
    assert.equal((await scheduleNode(h.parts, h.formation, going, 'open')).scheduling, 'open');
  });

  it('is drained by the same command again, whatever becomes of one between', async () => {
    await isStuck(await drain());
    await isStuck(await drain());
    const { id } = await drainNode(h.parts, h.user, h.formation, going);
    await h.drainTogether((each) => (each.id === id ? { cancelAt: guestsStep } : {}));
    assert.equal((await h.stores.operations.byId(id))?.state, 'cancelled');
    assert.equal((await node())?.scheduling, 'drained');
    h.nodes.fault = () => undefined;
    await isEmpty(await drain());
  });

  it('names each guest that cannot leave, and none that serves on another node', async () => {
    h.nodes.fault = ({ node: on, databag }) =>
      databag.id !== 'app' && on === 'app-runtime-1' ? 'failed' : undefined;
    const { message } = (await drain()).error!;
    assert.match(message, /: blog serves there and did not move: .*; shop serves there and did not move: /s);
    h.nodes.fault = ({ databag }) => (databag.id === 'shop' ? 'failed' : undefined);
    assert.equal((await scheduleNode(h.parts, h.formation, going, 'open')).scheduling, 'open');
    assert.doesNotMatch((await drain()).error!.message, /blog/);
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

  async function crashes(): Promise<void> {
    const { id } = (await node())!;
    const there = (await h.stores.containers.ofFormation(shop.id)).find(({ nodeId }) => nodeId === id);
    const { type, num, port } = there!;
    const crash = { restarts: 9, exitCode: 1, outOfMemory: false, since: h.now.toISOString() };
    const seen = { process: `${type}.${num}`, port, seen: { state: 'crashing' as const, ...crash } };
    await h.stores.containers.saw(id, [seen], h.now);
  }

  it('goes where nothing of the guest served before', async () => {
    await crashes();
    await isGone(await destroy());
    assert.match(h.lines.join('\n'), /shop: did not move/);
  });

  it('is drained where nothing of the guest served before', async () => {
    await crashes();
    const { state, error } = await drain();
    assert.deepEqual([state, error], ['succeeded', null]);
    assert.match(h.lines.join('\n'), /shop: did not move/);
  });

  it('goes where it does not answer', async () => {
    h.nodes.down.add(going);
    await isGone(await destroy());
  });
});
