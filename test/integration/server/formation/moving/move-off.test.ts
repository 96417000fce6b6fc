import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import { deploySteps, moveSteps, passOnStep } from '../../../../../server/formation/context/steps.js';
import { createFormation } from '../../../../../server/formation/create-formation.js';
import { scaleContainers } from '../../../../../server/formation/deploy/scale/scale-containers.js';
import { destroyFormation } from '../../../../../server/formation/destroy-formation.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { finishMove, moveFormation } from '../../../../../server/formation/moving/request-move.js';
import { cancelOperation } from '../../../../../server/formation/requests/cancel-operation.js';
import { setQuota } from '../../../../../server/formation/sharing/set-quota.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';
import { makeGuest, makeOwnNodes, succeeded } from '../../../../support/server/guest-scene.js';

const steps = [moveSteps.ready, ...deploySteps.slice(0, -1), passOnStep, 'live'];

describe('a guest that moves to nodes of its own', function () {
  this.timeout(60_000);
  let h: FormationHarness;
  let shop: FormationRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 2, proxy: 1 });
    shop = await makeGuest(h);
    await setQuota(h.stores, h.formation, 'shop', { containers: 5 });
  });
  afterEach(() => h.close());

  const now = async (): Promise<FormationRecord> => (await h.stores.formations.byId(shop.id))!;
  const move = (to: FormationRecord | null) => moveFormation(h.parts, h.user, shop, to);
  const finish = () => finishMove(h.parts, h.user, shop);
  const scale = async (counts: Record<string, number>) =>
    h.end((await scaleLayers(h.parts, h.user, await now(), counts)).id);
  const makeNodes = (): Promise<void> => makeOwnNodes(h, shop);
  const refused =
    (why: RegExp) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof Conflict, String(error));
      assert.match(error.message, why);
      return true;
    };
  const backends = (machine: string) => h.nodes.machines.get(machine)?.backends ?? [];
  const addressOf = (machine: string) => h.nodes.machines.get(machine)!.address;
  const isOfShop = (line: string): boolean => line.includes('(shop)') || line.startsWith('shop-');

  async function state() {
    const { hostId, formerHostId, vacantHostId, quota } = await now();
    const rows = await h.stores.containers.ofFormation(shop.id);
    const names = await h.stores.nodes.names(rows.map(({ nodeId }) => nodeId));
    return {
      places: [hostId, formerHostId, vacantHostId],
      quota,
      rows: rows.map(({ nodeId, state: wanted }) => `${names.get(nodeId)} ${wanted}`).sort(),
      running: h.nodes
        .running()
        .filter(isOfShop)
        .map((line) => line.split(/:? /)[0])
        .sort(),
      host: backends('app-proxy-1 (shop)').map((each) => each.split(':')[0]),
      own: backends('shop-proxy-1').length,
    };
  }

  it('is refused with the commands that make its nodes until it has some, which serve nothing before', async () => {
    await assert.rejects(
      move(null),
      refused(/deis layers:create box FLAVOR -f shop.*layers:scale box=1 -f shop/),
    );
    assert.equal((await now()).vacantHostId, null);
    const before = await state();
    await makeNodes();
    assert.deepEqual(await state(), before);
    assert.deepEqual(
      (await h.stores.nodes.ofFormation(shop.id)).map(({ name, status }) => [name, status]),
      [
        ['shop-runtime-1', 'ready'],
        ['shop-proxy-1', 'ready'],
      ],
    );
    succeeded(await scale({ runtime: 0 }));
    await assert.rejects(move(null), refused(/no runtime node that takes containers/));
    succeeded(await scale({ proxy: 0 }));
    await assert.rejects(move(null), refused(/no proxy of its own.*deis layers:scale proxy=1 -f shop/));
    assert.deepEqual(await state(), before);
  });

  it('serves there, is passed on until that is ended, and is a formation like others then', async () => {
    await makeNodes();
    const operation = await h.end((await move(null)).id);
    succeeded(operation);
    const address = addressOf('shop-proxy-1');
    assert.deepEqual(operation.result, {
      on: null,
      passed_on_by: 'app',
      names: ['shop.example.com'],
      addresses: [address],
      containers: 2,
    });
    const rows = ['shop-runtime-1 serving', 'shop-runtime-1 serving'];
    const there = { quota: { containers: 5 }, rows, running: ['shop-runtime-1', 'shop-runtime-1'], own: 2 };
    assert.deepEqual(await state(), { ...there, places: [null, h.formation.id, null], host: [address] });
    assert.ok(h.lines.join('\n').includes('shop lives on nodes of its own'));
    await assert.rejects(move(null), refused(/lives on nodes of its own already/));
    succeeded(await h.end((await h.queuePush(['web'], null, shop)).id));
    succeeded(await scale({ proxy: 2 }));
    assert.equal(backends('app-proxy-1 (shop)').length, 2);

    succeeded(await h.end((await finish()).id));
    assert.deepEqual(await state(), { ...there, quota: {}, places: [null, null, null], host: [] });
    await assert.rejects(move(h.formation), refused(/has nodes of its own/));
    succeeded(await h.end((await destroyFormation(h.parts, h.user, h.formation)).id));
    succeeded(await scale({ runtime: 2 }));
    succeeded(await h.end((await destroyFormation(h.parts, h.user, await now())).id));
    assert.deepEqual(await h.stores.nodes.list(), []);
  });

  it('goes back to its host, whose former proxies are its own then', async () => {
    await makeNodes();
    const before = await state();
    succeeded(await h.end((await move(null)).id));
    await createFormation(h.parts, h.user, { name: 'blog', host: await now() });
    await assert.rejects(move(h.formation), refused(/blog live on the nodes of shop/));
    await h.drain();
    succeeded(
      await h.end((await destroyFormation(h.parts, h.user, (await h.stores.formations.byName('blog'))!)).id),
    );
    succeeded(await h.end((await move(h.formation)).id));
    const address = addressOf('app-proxy-1 (shop)');
    assert.deepEqual(backends('shop-proxy-1'), [`${address}:80`]);
    assert.deepEqual((await state()).places, [h.formation.id, shop.id, null]);
    await assert.rejects(scale({ proxy: 0 }), refused(/moved from its own nodes.*--finish/));
    succeeded(await h.end((await finish()).id));
    assert.deepEqual(await state(), before);
    assert.deepEqual(await h.stores.nodes.ofFormation(shop.id).then((nodes) => nodes.length), 2);
    succeeded(await h.end((await move(null)).id));
    succeeded(await h.end((await move(h.formation)).id));
    succeeded(await h.end((await destroyFormation(h.parts, h.user, await now())).id));
    assert.equal(await h.stores.formations.byName('shop'), undefined);
    assert.deepEqual(
      (await h.stores.nodes.list()).filter(({ name }) => name.startsWith('shop')),
      [],
    );
  });

  it('has on its host the quota that it had, however it has been away', async () => {
    await setQuota(h.stores, h.formation, null, { containers: 9 });
    await makeNodes();
    succeeded(await h.end((await move(null)).id));
    succeeded(await h.end((await scaleContainers(h.parts, h.user, await now(), { web: 6 })).id));
    await assert.rejects(move(h.formation), refused(/would be 6 containers/));
    succeeded(await h.end((await scaleContainers(h.parts, h.user, await now(), { web: 2 })).id));
    succeeded(await h.end((await move(h.formation)).id));
    succeeded(await h.end((await finish()).id));
    assert.deepEqual((await state()).quota, { containers: 5 });

    // Broken off beyond its crossing, asked for again, and put back then.
    const { id } = await move(null);
    await h.runUntil(id, { kill: { step: 'switch', at: 'end' } });
    const end = { state: 'failed', finished_at: new Date(), lease_owner: null, lease_expires_at: null };
    await h.database.database('operations').where({ id }).update(end);
    const again = await h.end((await move(null)).id, { failAfter: passOnStep });
    assert.equal(again.state, 'failed');
    const { places, quota } = await state();
    assert.deepEqual([places, quota], [[h.formation.id, null, null], { containers: 5 }]);
  });

  for (const [how, options] of [
    ['fails after', (step: string) => ({ failAfter: step })],
    ['is cancelled at', (step: string) => ({ cancelAt: step })],
  ] as const)
    it(`goes on where it was when the move ${how} any of its steps`, async () => {
      await makeNodes();
      const before = await state();
      for (const step of steps) {
        if (how === 'fails after' && step === 'live') continue;
        const ended = await h.end((await move(null)).id, options(step));
        assert.notEqual(ended.state, 'succeeded', step);
        assert.deepEqual([step, await state()], [step, before]);
      }
      succeeded(await h.end((await move(null)).id));
      const there = await state();
      for (const step of ['start', 'switch', passOnStep]) {
        assert.notEqual((await h.end((await move(h.formation)).id, options(step))).state, 'succeeded', step);
        assert.deepEqual([step, await state()], [step, there]);
      }
    });

  it('arrives, whatever step the controller is killed at, and goes back the same way', async () => {
    await makeNodes();
    let [to, name] = [null as FormationRecord | null, 'shop'];
    for (const step of steps)
      for (const at of ['start', 'end'] as const) {
        succeeded(await h.end((await move(to)).id, { kill: { step, at } }));
        const { places, rows, running } = await state();
        const ids = to === null ? [null, h.formation.id, null] : [to.id, shop.id, null];
        assert.deepEqual([step, places], [step, ids]);
        for (const each of [rows, running])
          assert.ok(each.length === 2 && each.every((one) => one?.startsWith(`${name}-`)), each.join());
        [to, name] = to === null ? [h.formation, 'app'] : [null, 'shop'];
      }
  });

  it('is put back whole when the controller is killed while it moves, and the move cancelled', async () => {
    await makeNodes();
    const before = await state();
    for (const step of ['start', 'switch', passOnStep]) {
      const { id } = await move(null);
      await h.runUntil(id, { kill: { step, at: 'end' } });
      await cancelOperation(h.parts, (await h.stores.operations.byId(id))!);
      await h.runUntil(id, { cancelAt: 'probe' });
      await h.drain();
      assert.deepEqual([step, (await h.stores.operations.byId(id))?.state], [step, 'cancelled']);
      assert.deepEqual([step, await state()], [step, before]);
    }
  });
});
