import assert from 'node:assert/strict';
import { Conflict, UnknownName } from '../../../../../../base/errors.js';
import { createFormation } from '../../../../../../server/formation/create-formation.js';
import { rescheduleFormation } from '../../../../../../server/formation/deploy/scale/reschedule.js';
import { createLayer } from '../../../../../../server/formation/layers/create-layer.js';
import { scaleLayers } from '../../../../../../server/formation/layers/scale-layers.js';
import { updateLayer } from '../../../../../../server/formation/layers/update-layer.js';
import { destroyNode } from '../../../../../../server/formation/nodes/destroy-node.js';
import { drainNode, scheduleNode } from '../../../../../../server/formation/nodes/schedule-node.js';
import type { TagEdits } from '../../../../../../server/formation/placement/tags.js';
import { changeSetting } from '../../../../../../server/formation/releases/settings/change-setting.js';
import type { TagChanges } from '../../../../../../server/formation/releases/settings/merge-tags.js';
import { rollback } from '../../../../../../server/formation/releases/rollback.js';
import type { OperationRecord } from '../../../../../../server/store/operations/operation-store.js';
import { FormationHarness } from '../../../../../support/server/formation-harness.js';

describe('changeSetting of tags', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  /** Layers `runtime` without tags and `fast` with, none of which has nodes. */
  beforeEach(async () => {
    h = await FormationHarness.create();
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    const tags = { disk: 'ssd', zone: 'a' };
    await createLayer(h.parts, h.user, h.formation, { name: 'fast', flavor, kind: 'runtime', tags });
  });
  afterEach(() => h.close());

  const succeeded = ({ state, error }: OperationRecord) =>
    assert.deepEqual([state, error], ['succeeded', null]);
  const queue = (changes: TagChanges, formation = h.formation) =>
    changeSetting(h.parts, h.user, formation, 'tags', changes);
  const set = async (changes: TagChanges) => succeeded(await h.end((await queue(changes)).id));
  /** What the watch asks for when that node has gone silent, or answers again. */
  const look = async (node = 'app-fast-1') =>
    succeeded(await h.end((await rescheduleFormation(h.parts, h.formation.id, [node]))!.id));
  const retag = async (name: string, tags: TagEdits) => {
    const layer = (await h.snapshot()).layers.find((each) => each.name === name)!;
    await updateLayer(h.parts, h.user, h.formation, layer, { tags });
  };
  const start = async (counts: Record<string, number>, web: number) => {
    await h.scaleLayers({ proxy: 1, ...counts });
    succeeded(await h.push(['web', 'worker']));
    succeeded(await h.scale({ web, worker: 1 }));
  };
  /** Nodes of the containers that serve, by type: `web: fast-1 fast-2`. */
  const where = async (type: string, formationId = h.formation.id): Promise<string> => {
    const names = new Map((await h.snapshot()).nodes.map(({ id, name }) => [id, name.slice('app-'.length)]));
    return (await h.stores.containers.ofFormation(formationId))
      .filter((each) => each.state === 'serving' && each.type === type)
      .map(({ nodeId }) => names.get(nodeId))
      .sort()
      .join(' ');
  };
  const refused =
    (why: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof Conflict, String(error));
      assert.match(error.message, why);
      return true;
    };

  it('moves containers to nodes that have them, a rollback takes them back, and nodes hear nothing of it', async () => {
    await start({ runtime: 2, fast: 2 }, 4);
    assert.equal(await where('web'), 'fast-1 fast-2 runtime-1 runtime-2');
    const worker = await where('worker');
    await set({ web: { disk: 'ssd' } });
    assert.deepEqual([await where('web'), await where('worker')], ['fast-1 fast-1 fast-2 fast-2', worker]);
    assert.deepEqual((await h.release(2)).tags, { web: { disk: 'ssd' } });
    succeeded(await h.push(['web', 'worker']));
    assert.deepEqual([await h.liveVersion(), await where('web')], [3, 'fast-1 fast-1 fast-2 fast-2']);
    assert.doesNotMatch(JSON.stringify(h.nodes.calls.map(({ databag }) => databag)), /"tags"|ssd/);
    succeeded(await h.end((await rollback(h.parts, h.user, h.formation, 1)).id));
    assert.equal(await where('web'), 'fast-1 fast-2 runtime-1 runtime-2');
    await set({ web: { disk: 'ssd' } });
    await set({ web: null });
    assert.deepEqual([(await h.release(6)).tags, (await h.release(6)).state], [{}, 'live']);
  });

  it('is refused before anything is cut where no node has them, and for types that there are not', async () => {
    await start({ runtime: 1, fast: 1 }, 1);
    await assert.rejects(
      queue({ web: { disk: 'hdd' } }),
      refused(/^web asks for nodes with disk=hdd, .* fast \(disk=ssd, zone=a\), runtime \(no tags\)/),
    );
    await assert.rejects(queue({ wbe: { disk: 'ssd' } }), UnknownName);
    assert.equal((await h.stores.releases.newest(h.formation.id))?.version, 1);
    await set({ web: { disk: 'ssd' }, worker: { disk: 'ssd' } });
    await set({ worker: null });
    await h.push(['web']);
    await set({ web: null });
    const fast = (await h.stores.nodes.byName(h.formation.id, 'app-fast-1'))!;
    await h.stores.nodes.update(fast.id, { scheduling: 'cordoned' });
    await assert.rejects(
      rollback(h.parts, h.user, h.formation, 3),
      refused(/Let a node of fast take containers with `deis nodes:uncordon NODE`/),
    );
    assert.equal((await h.stores.releases.newest(h.formation.id))?.version, 5);
  });

  it('keeps the last node with them from leaving, and moves containers when another does', async () => {
    await start({ runtime: 2, fast: 2 }, 2);
    await set({ web: { disk: 'ssd' } });
    succeeded(await h.end((await drainNode(h.parts, h.user, h.formation, 'app-fast-1')).id));
    assert.equal(await where('web'), 'fast-2 fast-2');
    const isLast = refused(
      /^web asks for nodes with disk=ssd, and none that takes containers would be left.*`deis tags:unset web disk`/,
    );
    await assert.rejects(drainNode(h.parts, h.user, h.formation, 'app-fast-2'), isLast);
    await assert.rejects(scheduleNode(h.parts, h.formation, 'app-fast-2', 'cordoned'), isLast);
    await assert.rejects(destroyNode(h.parts, h.user, h.formation, 'app-fast-2', { keep: false }), isLast);
    await assert.rejects(scaleLayers(h.parts, h.user, h.formation, { fast: 0 }), isLast);
    await assert.rejects(retag('fast', { disk: null }), isLast);
    assert.deepEqual(
      (await h.snapshot()).layers.map(({ name, count, tags }) => [name, count, Object.keys(tags).length]),
      [
        ['fast', 2, 2],
        ['runtime', 2, 0],
        ['proxy', 1, 0],
      ],
    );
    succeeded(await h.scaleLayers({ runtime: 1, fast: 1 }));
    assert.equal(await where('web'), 'fast-2 fast-2');
    succeeded(await h.scaleLayers({ runtime: 0, fast: 0 }));
    assert.deepEqual(await h.containers(), []);
  });

  it('has containers follow the tags of layers at once', async () => {
    await start({ runtime: 2, fast: 1 }, 3);
    await set({ web: { disk: 'ssd' } });
    assert.equal(await where('web'), 'fast-1 fast-1 fast-1');
    await retag('runtime', { disk: 'ssd' });
    await h.drain();
    assert.equal(await where('web'), 'fast-1 runtime-1 runtime-2');
    await retag('fast', { disk: 'hdd' });
    await h.drain();
    assert.match(await where('web'), /^runtime-1 runtime-(1 runtime-2|2 runtime-2)$/);
    const before = (await h.stores.operations.ofFormation(h.formation.id)).length;
    await retag('fast', { disk: 'hdd' });
    assert.equal((await h.stores.operations.ofFormation(h.formation.id)).length, before);
  });

  it('leaves what ran on the only node with them there when it is lost, and says so', async () => {
    await start({ runtime: 1, fast: 1 }, 2);
    await set({ web: { disk: 'ssd' } });
    h.nodes.down.add('app-fast-1');
    const web = async () =>
      (await h.stores.containers.ofFormation(h.formation.id))
        .filter(({ type }) => type === 'web')
        .map(({ id }) => id);
    await look();
    assert.deepEqual(
      [await where('web'), await where('worker'), h.nodes.machine('app-proxy-1').backends.length],
      ['fast-1 fast-1', 'runtime-1', 0],
    );
    assert.match(
      h.lines.join('\n'),
      / ! {5}web asks for nodes with disk=ssd, and none that takes containers has it/,
    );
    const push = await h.push(['web']);
    assert.match(push.error?.message ?? '', /^web asks for nodes with disk=ssd/, 'it has nothing else');
    await assert.rejects(h.scale({ web: 3 }), refused(/^web asks for nodes with disk=ssd/));
    succeeded(await h.scale({ worker: 2 }));
    const present = await web();
    h.nodes.down.clear();
    await look();
    assert.deepEqual(
      [await web(), h.nodes.machine('app-proxy-1').backends.length],
      [present, 2],
      'they served on',
    );
  });

  it('lets a push deploy the types that have nodes, and the others follow when theirs is back', async () => {
    await start({ runtime: 1, fast: 1 }, 2);
    await set({ web: { disk: 'ssd' } });
    h.nodes.down.add('app-fast-1');
    await look();
    const push = await h.push(['web', 'worker']);
    succeeded(push);
    const { hint, ...result } = push.result ?? {};
    assert.deepEqual(result, { release: 3, state: 'live', containers: 1, waiting: ['web'] });
    assert.match(String(hint), /^v3 runs without web: it follows as soon as a node has what is asked for/);
    assert.ok(h.lines.includes(` !     ${String(hint)}`));
    const before = ['web.1@app-fast-1 v2 serving', 'web.2@app-fast-1 v2 serving'];
    assert.deepEqual(await h.containers(), [...before, 'worker.1@app-runtime-1 v3 serving']);
    // What it asked for before is no reason to refuse what is live already.
    succeeded(await h.end((await rollback(h.parts, h.user, h.formation, 2)).id));
    assert.deepEqual(await h.containers(), [...before, 'worker.1@app-runtime-1 v4 serving']);
    h.nodes.down.clear();
    await look();
    assert.deepEqual(
      [await h.containers(), h.nodes.machine('app-proxy-1').backends.length],
      [
        ['web.1@app-fast-1 v4 serving', 'web.2@app-fast-1 v4 serving', 'worker.1@app-runtime-1 v4 serving'],
        2,
      ],
    );
  });

  it('has types that wait start on a node that takes containers again', async () => {
    await start({ runtime: 1, fast: 2 }, 1);
    await set({ web: { disk: 'ssd' } });
    const [first, other] =
      (await where('web')) === 'fast-1' ? ['app-fast-1', 'app-fast-2'] : ['app-fast-2', 'app-fast-1'];
    await scheduleNode(h.parts, h.formation, other, 'cordoned');
    h.nodes.down.add(first);
    await look(first);
    succeeded(await h.push(['web', 'worker']));
    assert.deepEqual(await h.containers(), [
      `web.1@${first} v2 serving`,
      'worker.1@app-runtime-1 v3 serving',
    ]);
    await scheduleNode(h.parts, h.formation, other, 'open');
    await h.drain();
    assert.ok((await h.containers()).includes(`web.1@${other} v3 serving`), String(await h.containers()));
    const count = (await h.stores.operations.ofFormation(h.formation.id)).length;
    await scheduleNode(h.parts, h.formation, other, 'open');
    assert.equal((await h.stores.operations.ofFormation(h.formation.id)).length, count);
  });

  it('lets a first release go live with the types that have nodes', async () => {
    await set({ worker: { disk: 'ssd' } });
    await h.push(['web', 'worker']);
    await h.scale({ web: 1, worker: 1 });
    succeeded(await h.scaleLayers({ runtime: 1, proxy: 1 }));
    assert.deepEqual(
      [await h.liveVersion(), await where('web'), await where('worker')],
      [2, 'runtime-1', ''],
    );
    succeeded(await h.scaleLayers({ fast: 1 }));
    assert.deepEqual([await where('web'), await where('worker')], ['runtime-1', 'fast-1']);
  });

  it('waits with a first release until there is a node with them', async () => {
    await h.scaleLayers({ proxy: 1 });
    await set({ web: { disk: 'ssd' } });
    await h.push(['web']);
    const other = await h.scaleLayers({ runtime: 1 });
    assert.deepEqual([other.state, await h.liveVersion()], ['succeeded', undefined]);
    succeeded(await h.scaleLayers({ fast: 1 }));
    assert.deepEqual([await h.liveVersion(), await where('web')], [2, 'fast-1']);
  });

  it("of a guest goes by its host's layers, which keep what it asks for", async () => {
    await h.scaleLayers({ runtime: 1, fast: 1, proxy: 1 });
    const shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.drain();
    succeeded(await h.end((await h.queuePush(['web'], null, shop)).id));
    await assert.rejects(queue({ web: { disk: 'hdd' } }, shop), refused(/--tag disk=hdd --formation=app`/));
    succeeded(await h.end((await queue({ web: { disk: 'ssd' } }, shop)).id));
    assert.equal(await where('web', shop.id), 'fast-1');
    const limited = await changeSetting(h.parts, h.user, shop, 'limits', { memory: { web: '64M' } });
    succeeded(await h.end(limited.id));
    const { id: nodeId } = (await h.stores.nodes.byName(h.formation.id, 'app-fast-1'))!;
    const share = { formation: 'shop', count: 1, memory: 64 * 2 ** 20, cpus: 0, unlimited: 0 };
    assert.deepEqual(await h.stores.containers.sharesOn([nodeId]), [
      { nodeId, formationId: shop.id, ...share },
    ]);
    await assert.rejects(
      drainNode(h.parts, h.user, h.formation, 'app-fast-1'),
      refused(
        /^shop, which lives here, asks for nodes with disk=ssd,.*`deis tags:unset TYPE disk --formation=shop`/,
      ),
    );
    await retag('runtime', { disk: 'ssd' });
    await retag('fast', { disk: null });
    await h.drain();
    assert.equal(await where('web', shop.id), 'runtime-1');
  });

  it('is refused to layers that run no containers', () =>
    assert.rejects(
      retag('proxy', { disk: 'ssd' }),
      /layer proxy is of kind proxy and runs no containers of apps/,
    ));
});
