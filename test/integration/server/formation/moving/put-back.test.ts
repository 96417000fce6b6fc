import assert from 'node:assert/strict';
import { deploySteps, moveSteps, passOnStep } from '../../../../../server/formation/context/steps.js';
import { finishMove, moveFormation } from '../../../../../server/formation/moving/request-move.js';
import { changeSetting } from '../../../../../server/formation/releases/settings/change-setting.js';
import { setQuota } from '../../../../../server/formation/sharing/set-quota.js';
import type { FormationRecord } from '../../../../../server/store/app/formation-store.js';
import type { Quota } from '../../../../../server/store/app/quota.js';
import type { OperationRecord } from '../../../../../server/store/operations/operation-store.js';
import {
  FormationHarness,
  type Kill,
  type RunOptions,
} from '../../../../support/server/formation-harness.js';
import { makeGuest, makeLargeHost, makeOwnNodes, succeeded } from '../../../../support/server/guest-scene.js';

const gigabyte = 2 ** 30;
/** What `shop` alone may use on `app`, others that come there, and those that come to `large`. */
const had: Quota = { containers: 5, memory: 2 * gigabyte, cpus: 2, disk: gigabyte };
const newOnApp = { containers: 9 };
const newOnLarge = { containers: 4, disk: 2 * gigabyte };

/** All places before the end of the last step, after which there is nothing to go back to. */
const deaths: readonly Kill[] = [
  ...[moveSteps.ready, ...deploySteps.slice(0, -1), passOnStep].flatMap((step): Kill[] => [
    { step, at: 'start' },
    { step, at: 'end' },
  ]),
  { step: 'switch', at: 'converge' },
  { step: 'live', at: 'start' },
];

/** `shop` lives on `app`; it moves to `large`, or to nodes of its own. */
describe('a move that was broken off', function () {
  this.timeout(180_000);
  let h: FormationHarness;
  let large: FormationRecord;
  let shop: FormationRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    await h.scaleLayers({ runtime: 1, proxy: 1 });
    large = await makeLargeHost(h);
    shop = await makeGuest(h);
    // A quota of memory or cores asks each process type for its limits.
    const limits = { memory: { web: '64M' }, cpus: { web: 0.1 } };
    succeeded(await h.end((await changeSetting(h.parts, h.user, shop, 'limits', limits)).id));
    await makeOwnNodes(h, shop);
    await setQuota(h.stores, h.formation, null, { ...newOnApp, guests: 9 });
    await setQuota(h.stores, large, null, newOnLarge);
    await setQuota(h.stores, h.formation, 'shop', had);
  });
  afterEach(() => h.close());

  const now = async (): Promise<FormationRecord> => (await h.stores.formations.byId(shop.id))!;
  const move = (to: FormationRecord | null) => moveFormation(h.parts, h.user, shop, to);
  const moved = async (to: FormationRecord | null) => succeeded(await h.end((await move(to)).id));
  const finish = async () => succeeded(await h.end((await finishMove(h.parts, h.user, shop)).id));
  const backends = (machine: string) => h.nodes.machines.get(machine)?.backends ?? [];

  /** Where it is, what it may use there, and who serves it. */
  async function state() {
    const { hostId, formerHostId, vacantHostId, quota } = await now();
    const rows = await h.stores.containers.ofFormation(shop.id);
    const names = await h.stores.nodes.names(rows.map(({ nodeId }) => nodeId));
    return {
      places: { hostId, formerHostId, vacantHostId },
      quota,
      rows: rows.map(({ nodeId, state: wanted }) => `${names.get(nodeId)} ${wanted}`).sort(),
      running: h.nodes
        .running()
        .filter((line) => line.includes('(shop)') || line.startsWith('shop-'))
        .map((line) => line.split(/:? /)[0])
        .sort(),
      // Of the ports of an app's containers each deploy has others.
      proxies: ['app-proxy-1 (shop)', 'large-proxy-1 (shop)', 'shop-proxy-1'].map((machine) =>
        backends(machine).map((each) => each.split(':')[0]),
      ),
    };
  }

  /** As a controller that fails, and writes that down, in the midst of what puts the move back. */
  async function breakOff(to: FormationRecord | null, kill: Kill): Promise<void> {
    const { id } = await move(to);
    await h.runUntil(id, { kill });
    const end = { state: 'failed', finished_at: new Date(), lease_owner: null, lease_expires_at: null };
    await h.database.database('operations').where({ id }).update(end);
  }

  /** The same command again, after `--finish` where that is what it asks for. */
  async function goOn(to: FormationRecord | null, options: RunOptions = {}): Promise<OperationRecord> {
    if ((await now()).vacantHostId !== null) await finish();
    return h.end((await move(to)).id, options);
  }

  /** Of what goes on with it. */
  const failures: readonly RunOptions[] = [{ failAfter: passOnStep }, { cancelAt: passOnStep }];

  for (const [where, to] of [
    ['another host', () => large],
    ['nodes of its own', () => null],
  ] as const) {
    it(`to ${where}, is put back whole when it was gone on with and fails`, async () => {
      const before = await state();
      assert.deepEqual(before.quota, had);
      for (const [index, death] of deaths.entries()) {
        const at = `${death.at} of ${death.step}`;
        await breakOff(to(), death);
        const { state: end } = await goOn(to(), failures[index % failures.length]);
        assert.notEqual(end, 'succeeded', at);
        assert.deepEqual([at, await state()], [at, before]);
      }
    });

    it(`back from ${where}, is passed on as before when it was gone on with and fails`, async () => {
      await moved(to());
      const before = await state();
      for (const [index, death] of deaths.entries()) {
        const at = `${death.at} of ${death.step}`;
        await breakOff(h.formation, death);
        const { state: end } = await goOn(h.formation, failures[index % failures.length]);
        assert.notEqual(end, 'succeeded', at);
        assert.deepEqual([at, await state()], [at, before]);
      }
    });

    it(`to ${where} and back, has the quota of each when it is gone on with, and its own at home`, async () => {
      const there = to() === null ? had : newOnLarge;
      for (const death of deaths.slice(-4)) {
        const at = `${death.at} of ${death.step}`;
        await breakOff(to(), death);
        succeeded(await goOn(to()));
        assert.deepEqual([at, (await now()).quota], [at, there]);
        await breakOff(h.formation, death);
        succeeded(await goOn(h.formation));
        assert.deepEqual([at, (await now()).quota], [at, had]);
        await finish();
      }
    });
  }

  it('is put back to what its quota has become meanwhile, on either side', async () => {
    const { id } = await move(large);
    await setQuota(h.stores, h.formation, 'shop', { containers: 7 });
    assert.equal((await h.end(id, { failAfter: passOnStep })).state, 'failed');
    const changed = { ...had, containers: 7 };
    assert.deepEqual((await now()).quota, changed);

    await breakOff(large, { step: 'switch', at: 'end' });
    await setQuota(h.stores, large, 'shop', { containers: 3 });
    await goOn(large, { failAfter: passOnStep });
    assert.deepEqual((await now()).quota, changed);

    await moved(large);
    await setQuota(h.stores, large, 'shop', { containers: 3 });
    await moved(h.formation);
    assert.deepEqual((await now()).quota, changed);
    await moved(large);
    assert.deepEqual((await now()).quota, { ...newOnLarge, containers: 3 });
    await finish();
    assert.equal((await now()).formerStay, null);
    await moved(h.formation);
    assert.deepEqual((await now()).quota, newOnApp);
  });

  it('goes back by its own command, too, into the quota that it had', async () => {
    const before = await state();
    await breakOff(large, { step: 'switch', at: 'end' });
    assert.deepEqual((await now()).quota, newOnLarge);
    await moved(h.formation);
    assert.deepEqual((await now()).quota, had);
    await finish();
    assert.deepEqual(await state(), before);
  });

  it('by a controller of the release before, is put back by what was so when it was asked for', async () => {
    const { id } = await move(large);
    await h.runUntil(id, { kill: { step: 'switch', at: 'end' } });
    await h.stores.formations.setPlaces(shop.id, { formerStay: null });
    assert.equal((await h.end(id, { failAfter: passOnStep })).state, 'failed');
    assert.deepEqual((await now()).quota, had);
  });
});
