import assert from 'node:assert/strict';
import pg from 'pg';
import { Conflict } from '../../../../../base/errors.js';
import { waitUntil } from '../../../../../base/wait-until.js';
import { withFormationWork } from '../../../../../server/formation/context/formation-work.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { moveGuests } from '../../../../../server/formation/deploy/scale/move-guests.js';
import { destroyNode } from '../../../../../server/formation/nodes/destroy-node.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { drainNode, scheduleNode } from '../../../../../server/formation/nodes/schedule-node.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

describe('a layer of boxes, which are runtime nodes and proxies at once', function () {
  this.timeout(20_000);
  let h: FormationHarness;

  beforeEach(async () => {
    h = await FormationHarness.create();
    for (const { id } of await h.stores.layers.ofFormation(h.formation.id)) await h.stores.layers.delete(id);
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    await createLayer(h.parts, h.user, h.formation, { name: 'box', flavor });
  });

  afterEach(() => h.close());

  const box = 'app-box-1';
  /** What each converge of a box told it: `v1 serving, v2 starting -> 1 backend`. */
  const told = (from = 0): string[] =>
    h.nodes.calls.slice(from).map(({ node, databag: { placements, proxy } }) => {
      const own = placements.filter((placement) => placement.node === node);
      const states = own.map(({ release, state }) => `v${release} ${state}`).sort();
      return `${states.join(', ')} -> ${proxy.backends.length}`;
    });
  /** Its proxy sends where it was told before until it has been told anew: there nothing may have ended meanwhile. */
  const requireServing = (): void => {
    let before: readonly string[] = [];
    for (const { databag } of h.nodes.calls.filter((call) => call.node === box)) {
      const there = databag.placements.map(({ node, port }) => `${h.nodes.machine(node).address}:${port}`);
      for (const backend of before) assert.ok(there.includes(backend), `${backend} ended before the switch`);
      before = databag.proxy.backends;
    }
  };

  it('have the kind, the recipes and the level of both by their name', async () => {
    const [layer] = await h.stores.layers.ofFormation(h.formation.id);
    assert.deepEqual([layer?.kind, layer?.level], ['box', 15]);
    assert.deepEqual(layer?.runList, [
      'recipe[deis::default]',
      'recipe[deis::docker]',
      'recipe[deis::runtime]',
      'recipe[deis::proxy]',
    ]);
  });

  it('are refused while a controller of the release before is connected, to which they are no nodes', async () => {
    const flavor = (await h.stores.flavors.byName(h.user.id, 'mock'))!;
    const make = (name: string, kind: 'box' | 'custom') =>
      createLayer(h.parts, h.user, h.formation, { name, flavor, kind });
    const older = new pg.Client({ connectionString: h.database.url, application_name: 'deis-controller' });
    await older.connect();
    try {
      await assert.rejects(
        make('more', 'box'),
        (error) =>
          error instanceof Conflict && /does not know boxes: restart each controller/.test(error.message),
      );
      await make('db', 'custom');
    } finally {
      await older.end();
    }
    await waitUntil(async () => make('more', 'box').catch(() => undefined), {
      deadlineMs: 5_000,
      intervalMs: 50,
      what: 'that connection to be gone',
    });
  });

  it('are scaled to one, run a push and replace it on the one node, in the order of a deploy', async () => {
    await h.push();
    assert.ok(
      h.lines.some((line) => line.includes('scale with `deis layers:scale box=1`, and')),
      h.lines.join(),
    );
    const up = await h.scaleLayers({ box: 1 });
    assert.deepEqual([up.state, up.error], ['succeeded', null]);
    assert.deepEqual(await h.containers(), ['web.1@app-box-1 v1 serving']);
    const { address, backends } = h.nodes.machine(box);
    assert.equal(backends.length, 1);
    assert.ok(backends[0]!.startsWith(`${address}:`));
    const from = h.nodes.calls.length;
    const push = await h.push();
    assert.deepEqual([push.state, push.error], ['succeeded', null]);
    assert.deepEqual(told(from), [
      'v1 serving -> 1',
      'v1 serving, v2 starting -> 1',
      'v1 retiring, v2 serving -> 1',
      'v2 serving -> 1',
    ]);
    requireServing();
    for (const { databag } of h.nodes.calls.slice(from))
      assert.deepEqual([databag.proxies, databag.nodes], [[box], { box: { [box]: address } }]);
  });

  it('put back what was when a new release does not start', async () => {
    await h.scaleLayers({ box: 1 });
    await h.push();
    const [running, { backends }] = [h.nodes.running(), { ...h.nodes.machine(box) }];
    h.nodes.fault = () => (h.steps.at(-1) === 'start' ? 'failed' : undefined);
    assert.equal((await h.push()).state, 'failed');
    assert.deepEqual([h.nodes.running(), h.nodes.machine(box).backends], [running, backends]);
    h.nodes.fault = () => (h.steps.at(-1) === 'switch' ? 'failed' : undefined);
    assert.equal((await h.push()).state, 'failed');
    h.nodes.fault = () => undefined;
    assert.equal((await h.push()).state, 'succeeded');
    assert.deepEqual(await h.containers(), ['web.1@app-box-1 v4 serving']);
    requireServing();
  });

  it('say the truth of the last of them, and move what they run where there is another', async () => {
    await h.scaleLayers({ box: 1 });
    await h.push();
    await h.scale({ web: 2 });
    const isLast = (error: unknown): boolean =>
      error instanceof Conflict && /app-box-1 is the last runtime .*layers:scale box=2`/.test(error.message);
    await assert.rejects(drainNode(h.parts, h.user, h.formation, box), isLast);
    await assert.rejects(scheduleNode(h.parts, h.formation, box, 'cordoned'), isLast);
    h.nodes.down.add(box);
    const silent = await h.push();
    assert.match(
      silent.error?.message ?? '',
      /no runtime node can be reached, nothing was changed: app-box-1/,
    );
    h.nodes.down.delete(box);
    assert.equal((await h.scaleLayers({ box: 2 })).state, 'succeeded');
    const { id } = await drainNode(h.parts, h.user, h.formation, box);
    assert.equal((await h.end(id)).state, 'succeeded');
    assert.deepEqual(await h.containers(), ['web.1@app-box-2 v1 serving', 'web.2@app-box-2 v1 serving']);
    // It takes requests all the same.
    assert.deepEqual(h.nodes.machine(box).backends, h.nodes.machine('app-box-2').backends);
    requireServing();
  });

  it('are lost and found again, replaced, and destroyed', async () => {
    await h.scaleLayers({ box: 2 });
    await h.push();
    await h.scale({ web: 2 });
    h.nodes.down.add(box);
    await h.push();
    assert.deepEqual(await h.containers(), [
      // Until it is back and says that it has stopped.
      'web.1@app-box-1 v1 removing',
      'web.1@app-box-2 v2 serving',
      'web.2@app-box-2 v2 serving',
    ]);
    h.nodes.down.delete(box);
    assert.equal((await h.push()).state, 'succeeded');
    assert.deepEqual(await h.containers(), ['web.1@app-box-1 v3 serving', 'web.2@app-box-2 v3 serving']);
    h.cloudFault = (call, name) => {
      if (call === 'terminate') h.nodes.machines.delete(name);
    };
    const { id } = await replaceNode(h.parts, h.user, h.formation, 'app-box-2');
    assert.equal((await h.end(id)).state, 'succeeded');
    for (const name of [box, 'app-box-3']) {
      const { id: gone } = await destroyNode(h.parts, h.user, h.formation, name, { keep: false });
      assert.equal((await h.end(gone)).state, 'succeeded', name);
    }
    assert.deepEqual([await h.containers(), h.cloud.size], [[], 0]);
  });

  it('carry guests, each with its containers and its site there', async () => {
    await h.scaleLayers({ box: 1 });
    const shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.drain();
    assert.ok(h.nodes.calls.at(-1)?.databag.hasGuests);
    const push = await h.end((await h.queuePush(['web'], null, shop)).id);
    assert.deepEqual([push.state, push.error], ['succeeded', null]);
    const guest = h.nodes.machine(`${box} (shop)`);
    assert.deepEqual([guest.containers.length, guest.backends.length], [1, 1]);
    assert.ok(guest.backends[0]!.startsWith(`${h.nodes.machine(box).address}:`));
    requireServing();
  });

  it('do not hold up their removal by guests whose containers they cannot stop any more', async () => {
    await h.scaleLayers({ box: 2 });
    const shop = await createFormation(h.parts, h.user, { name: 'shop', host: h.formation });
    await h.stores.formations.setScale(shop.id, { web: 2 });
    await h.end((await h.queuePush(['web'], null, shop)).id);
    const node = (await h.stores.nodes.byName(h.formation.id, box))!;
    await h.stores.nodes.update(node.id, { status: 'removing' });
    h.nodes.down.add(box);
    const { signal } = new AbortController();
    const said: string[] = [];
    let isOver = false;
    await withFormationWork(
      h.parts,
      {
        operation: (await h.stores.operations.ofFormation(h.formation.id))[0]!,
        signal,
        step: (_name, _deadlineMs, work) => work(signal),
        doing: () => undefined,
        cleanupStep: (_name, _deadlineMs, work) => work(signal),
        line: (text) => void said.push(text),
      },
      async (run) => {
        const moving = moveGuests(run).finally(() => (isOver = true));
        const rest = { deadlineMs: 15_000, intervalMs: 20, what: 'the guest to have moved' };
        await waitUntil(async () => {
          await h.drain();
          return isOver ? true : undefined;
        }, rest);
        await moving;
      },
    );
    assert.match(said.join('\n'), /shop: has moved; what it had on app-box-1 could not be stopped there/);
    const serving = (await h.stores.containers.ofFormation(shop.id)).filter(
      ({ state }) => state === 'serving',
    );
    assert.deepEqual(new Set(serving.map(({ nodeId }) => nodeId === node.id)), new Set([false]));
  });
});
