import assert from 'node:assert/strict';
import { Conflict, NotFound } from '../../../../../base/errors.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { destroyFormation } from '../../../../../server/formation/destroy-formation.js';
import { callGuests } from '../../../../../server/formation/deploy/scale/move-guests.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import {
  finishMove,
  finishMoveFrom,
  moveFormation,
} from '../../../../../server/formation/moving/request-move.js';
import { addDomain } from '../../../../../server/formation/proxies/domains.js';
import { cancelOperation } from '../../../../../server/formation/requests/cancel-operation.js';
import { setQuota } from '../../../../../server/formation/sharing/set-quota.js';
import { deploySteps, moveSteps, passOnStep } from '../../../../../server/formation/context/steps.js';
import { readFormationSnapshot } from '../../../../../server/store/app/formation-snapshot.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';
import { makeGuest, makeLargeHost, succeeded } from '../../../../support/server/guest-scene.js';

const steps = [moveSteps.ready, ...deploySteps.slice(0, -1), passOnStep, 'live'];

describe('a guest that moves from one host to another', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let large: FormationRecord;
  let shop: FormationRecord;

  /** `shop` lives on `app`, whose containers no proxy may ever miss: `FakeNodes` asserts it at each converge. */
  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    large = await makeLargeHost(h);
    shop = await makeGuest(h);
  });
  afterEach(() => h.close());

  const move = (to: FormationRecord) => moveFormation(h.parts, h.user, shop, to);
  const finish = () => finishMove(h.parts, h.user, shop);
  const refused =
    (why: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof Conflict, String(error));
      assert.match(error.message, why);
      return true;
    };
  const backends = (node: string) => h.nodes.machines.get(`${node} (shop)`)?.backends ?? [];
  const addressOf = (node: string) => h.nodes.machines.get(`${node} (shop)`)!.address;
  const databagOf = (node: string) =>
    h.nodes.calls.filter((call) => call.node === node && call.databag.id === 'shop').at(-1)?.databag;

  /** Where it is, for people, proxies and nodes. */
  async function state() {
    const { hostId, formerHostId, vacantHostId, quota } = (await h.stores.formations.byId(shop.id))!;
    const rows = await h.stores.containers.ofFormation(shop.id);
    const names = await h.stores.nodes.names(rows.map(({ nodeId }) => nodeId));
    return {
      hostId,
      formerHostId,
      vacantHostId,
      quota,
      rows: rows.map(({ nodeId, state: wanted }) => `${names.get(nodeId)} ${wanted}`).sort(),
      running: h.nodes
        .running()
        .filter((line) => line.includes('(shop)'))
        .map((line) => line.split(' ')[0])
        .sort(),
      app: backends('app-proxy-1').map((each) => each.split(':')[0]),
    };
  }

  it('serves there, its former proxies pass on, deploys and domains follow, until that is ended', async () => {
    const operation = await h.end((await move(large)).id);
    succeeded(operation);
    const address = addressOf('large-proxy-1');
    assert.deepEqual(operation.result, {
      on: 'large',
      passed_on_by: 'app',
      names: ['shop.example.com'],
      addresses: [address],
      containers: 2,
    });
    assert.match(h.lines.join('\n'), /In the DNS, point shop\.example\.com at [\d.]+ \(until now [\d.]+\)/);
    const moved = { hostId: large.id, formerHostId: h.formation.id, vacantHostId: null, quota: {} };
    const rows = ['large-runtime-1 serving', 'large-runtime-1 serving'];
    const running = ['large-runtime-1', 'large-runtime-1'];
    assert.deepEqual(await state(), { ...moved, rows, running, app: [address] });
    assert.deepEqual(backends('app-proxy-1'), [`${address}:80`]);
    assert.equal(backends('large-proxy-1').length, 2);
    const [old, now] = [databagOf('app-proxy-1')!, databagOf('large-proxy-1')!];
    assert.deepEqual([old.host, now.host, old.proxy.domains], ['app', 'large', ['shop.example.com']]);
    assert.deepEqual(now.proxy.trusted, [addressOf('app-proxy-1')]);

    succeeded(await h.end((await addDomain(h.parts, h.user, shop, 'www.example.com')).id));
    assert.deepEqual(databagOf('app-proxy-1')!.proxy.domains, ['shop.example.com', 'www.example.com']);
    succeeded(await h.end((await h.queuePush(['web'], null, shop)).id));
    assert.deepEqual([backends('large-proxy-1').length, backends('app-proxy-1')], [2, [`${address}:80`]]);
    await assert.rejects(
      destroyFormation(h.parts, h.user, h.formation),
      refused(/shop has not left.*--finish/),
    );

    succeeded(await h.end((await finish()).id));
    assert.deepEqual(await state(), { ...moved, formerHostId: null, rows, running, app: [] });
    assert.equal(databagOf('app-runtime-1')!.isLeaving, true);
    assert.deepEqual(databagOf('large-proxy-1')!.proxy.trusted, []);
    await assert.rejects(finish(), refused(/has not moved/));
    // Whoever is late there is a guest that leaves.
    const late = await readFormationSnapshot(h.stores, shop.id, [], { groundId: h.formation.id });
    assert.deepEqual([late?.host?.name, late?.isLeaving], ['app', true]);
    succeeded(await h.end((await destroyFormation(h.parts, h.user, h.formation)).id));
  });

  it('is passed on no more once those who run its former host say so', async () => {
    const end = (host: FormationRecord, name = 'shop') => finishMoveFrom(h.parts, h.user, host, name);
    const isNone = (error: unknown): boolean =>
      error instanceof NotFound && /is left there/.test(error.message);
    await assert.rejects(end(h.formation), isNone, 'it lives there');
    const { id } = await move(large);
    await assert.rejects(end(large), refused(/is being moved already/));
    succeeded(await h.end(id));
    await assert.rejects(end(large), isNone, 'it lives there');
    await assert.rejects(end(h.formation, 'large'), isNone);
    const { formationId, kind } = await end(h.formation);
    assert.deepEqual([formationId, kind], [shop.id, 'finish-move']);
    await h.drain();
    const { formerHostId, vacantHostId, app, running } = await state();
    assert.deepEqual([formerHostId, vacantHostId, app], [null, null, []]);
    assert.deepEqual(running, ['large-runtime-1', 'large-runtime-1']);
    await assert.rejects(end(h.formation), isNone);
    succeeded(await h.end((await destroyFormation(h.parts, h.user, h.formation)).id));
  });

  for (const [how, options] of [
    ['fails after', (step: string) => ({ failAfter: step })],
    ['is cancelled at', (step: string) => ({ cancelAt: step })],
  ] as const)
    it(`goes on where it was when the move ${how} any of its steps`, async () => {
      await setQuota(h.stores, h.formation, 'shop', { containers: 5 });
      const before = await state();
      for (const step of steps) {
        // What is done is done.
        if (how === 'fails after' && step === 'live') continue;
        const { id } = await move(large);
        const ended = await h.end(id, options(step));
        assert.notEqual(ended.state, 'succeeded', step);
        assert.deepEqual([step, await state()], [step, before]);
        assert.deepEqual(backends('large-proxy-1'), []);
      }
      succeeded(await h.end((await move(large)).id));
    });

  it('arrives, whatever step the controller is killed at, and goes back the same way', async () => {
    let [to, from] = [large, h.formation];
    for (const step of steps)
      for (const at of ['start', 'end'] as const) {
        const killed = await h.end((await move(to)).id, { kill: { step, at } });
        succeeded(killed);
        const { hostId, formerHostId, rows, running } = await state();
        assert.deepEqual([step, hostId, formerHostId], [step, to.id, from.id]);
        assert.ok(
          rows.length === 2 && rows.every((row) => row.startsWith(`${to.name}-runtime-`)),
          rows.join(),
        );
        assert.ok(
          running.length === 2 && running.every((name) => name?.startsWith(`${to.name}-`)),
          running.join(),
        );
        [to, from] = [from, to];
      }
  });

  it('is put back whole when the controller is killed while it moves, and the move cancelled', async () => {
    const before = await state();
    for (const step of ['start', 'switch', passOnStep]) {
      const { id } = await move(large);
      await h.runUntil(id, { kill: { step, at: 'end' } });
      await cancelOperation(h.parts, (await h.stores.operations.byId(id))!);
      await h.runUntil(id, { cancelAt: 'probe' });
      await h.drain();
      assert.deepEqual([step, (await h.stores.operations.byId(id))?.state], [step, 'cancelled']);
      assert.deepEqual([step, await state()], [step, before]);
    }
    // Too late: there is nothing to go back to.
    const { id } = await move(large);
    await h.runUntil(id, { kill: { step: 'live', at: 'end' } });
    const ended = await h.end(id, { cancelAt: 'probe' });
    succeeded(ended);
    assert.equal((await state()).hostId, large.id);
    await assert.rejects(move(large), refused(/lives on large already/));
  });

  it('that cannot go back is passed on as before', async () => {
    succeeded(await h.end((await move(large)).id));
    const before = await state();
    for (const step of ['start', 'switch', passOnStep]) {
      const ended = await h.end((await move(h.formation)).id, { failAfter: step });
      assert.equal(ended.state, 'failed', step);
      assert.deepEqual([step, await state()], [step, before]);
    }
  });

  it('stays where its former proxies do not reach those of the other host', async () => {
    const before = await state();
    const { id } = await move(large);
    h.nodes.unreached.add(`app-proxy-1 ${(await proxyOf(large)).privateAddress}`);
    const ended = await h.end(id);
    assert.match(ended.error?.message ?? '', /app-proxy-1 cannot connect to port 80 of large-proxy-1/);
    assert.deepEqual(await state(), before);
  });

  const proxyOf = async (formation: FormationRecord) =>
    (await h.stores.nodes.ofFormation(formation.id)).find(({ name }) => name.includes('proxy'))!;

  it('is refused by what a host lets new guests use, and by what it has not', async () => {
    await setQuota(h.stores, large, null, { containers: 1 });
    await assert.rejects(move(large), refused(/may use 1 container on the nodes of large.*would be 2/));
    await setQuota(h.stores, large, null, { containers: 4 });
    await assert.rejects(move(h.formation), refused(/lives on app already/));
    await assert.rejects(finish(), refused(/has not moved/));
    await h.stores.formations.setProxySettings(large.id, { proxyProtocol: true });
    await assert.rejects(move(large), refused(/PROXY protocol/));
    await h.stores.formations.setProxySettings(large.id, {});
    const { id } = await move(large);
    await assert.rejects(move(large), refused(/is being moved already/));
    await assert.rejects(finish(), refused(/is being moved already/));
    await cancelOperation(h.parts, (await h.stores.operations.byId(id))!);
    assert.equal((await state()).vacantHostId, null);
    succeeded(await h.end((await move(large)).id));
    assert.deepEqual((await state()).quota, { containers: 4 });
  });

  it('waits for the converge that makes nodes ready, also for who came just before', async () => {
    await createFormation(h.parts, h.user, { name: 'blog', host: large });
    const [converge] = await h.stores.operations.unfinishedOfFormation(large.id);
    const { id, params } = await move(large);
    assert.deepEqual([converge?.kind, params['ready']], ['converge', converge?.id]);
    succeeded(await h.end(id));
  });

  it('stops what it had on a node of its former host that was away, once that is back', async () => {
    const away = (await h.stores.nodes.byName(h.formation.id, 'app-runtime-2'))!;
    h.nodes.down.add(away.name);
    await h.stores.nodes.update(away.id, { status: 'lost' });
    succeeded(await h.end((await move(large)).id));
    const there = ['large-runtime-1', 'large-runtime-1'];
    const { rows, running } = await state();
    assert.deepEqual(rows, ['app-runtime-2 removing', ...there.map((node) => `${node} serving`)]);
    assert.deepEqual(running, ['app-runtime-2', ...there]);
    h.nodes.down.delete(away.name);
    await h.stores.nodes.update(away.id, { status: 'ready' });
    await callGuests(h.parts, h.formation.id, [away.name]);
    await h.drain();
    assert.deepEqual((await state()).running, there);
    assert.equal((await state()).rows.length, 2);
  });

  it('is followed by its former proxies when nodes of either host change, and leaves both when destroyed', async () => {
    succeeded(await h.end((await scaleLayers(h.parts, h.user, large, { proxy: 2 })).id));
    const second = (await h.stores.nodes.byName(large.id, 'large-proxy-2'))!;
    await h.stores.nodes.update(second.id, { status: 'lost' });
    h.nodes.down.add(second.name);
    const { id } = await move(large);
    // Who is about to come has nothing there that could move.
    assert.deepEqual(await callGuests(h.parts, large.id, ['large-proxy-2']), []);
    succeeded(await h.end(id));
    assert.equal(backends('app-proxy-1').length, 1);
    h.nodes.down.delete(second.name);
    await h.stores.nodes.update(second.id, { status: 'ready' });
    for (const host of [large, h.formation]) {
      const called = await callGuests(h.parts, host.id, ['large-proxy-2']);
      assert.deepEqual(
        called.map(({ guest }) => guest),
        ['shop'],
      );
      await h.drain();
      assert.equal(backends('app-proxy-1').length, 2);
    }
    succeeded(await h.end((await destroyFormation(h.parts, h.user, shop)).id));
    for (const node of ['app-proxy-1', 'app-runtime-1', 'large-proxy-2', 'large-runtime-1'])
      assert.equal(databagOf(node)!.isLeaving, true, node);
  });
});
