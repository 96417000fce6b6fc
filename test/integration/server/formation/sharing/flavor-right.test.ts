import assert from 'node:assert/strict';
import { Conflict } from '../../../../../base/errors.js';
import { giveRole, takeRole } from '../../../../../server/formation/sharing/change-role.js';
import { createLayer } from '../../../../../server/formation/layers/create-layer.js';
import { destroyLayer } from '../../../../../server/formation/layers/destroy-layer.js';
import { replaceNode } from '../../../../../server/formation/nodes/replace-node.js';
import { scaleLayers } from '../../../../../server/formation/layers/scale-layers.js';
import { acceptTransfer, offerTransfer } from '../../../../../server/formation/sharing/transfer-formation.js';
import { updateLayer } from '../../../../../server/formation/layers/update-layer.js';
import type { FlavorRecord } from '../../../../../server/store/infrastructure/flavor-store.js';
import type { LayerRecord } from '../../../../../server/store/infrastructure/layer-store.js';
import type { UserRecord } from '../../../../../server/store/people/user-store.js';
import { FormationHarness } from '../../../../support/server/formation-harness.js';

/** The formation `app` is h.user's; `other` has a provider and a flavor `theirs`. */
describe('the right to launch nodes of a flavor', function () {
  this.timeout(30_000);
  let h: FormationHarness;
  let other: UserRecord;
  let theirs: FlavorRecord;
  let ours: FlavorRecord;

  beforeEach(async () => {
    h = await FormationHarness.create();
    const { users, providers, flavors } = h.stores;
    other = await users.insert({
      username: 'other',
      email: 'other@example.com',
      passwordHash: 'x',
      isAdmin: false,
    });
    const provider = await providers.insert({ ownerId: other.id, name: 'mock', type: 'mock', creds: {} });
    theirs = await flavors.insert({
      ownerId: other.id,
      providerId: provider.id,
      name: 'theirs',
      params: {},
      init: '',
    });
    ours = (await flavors.byName(h.user.id, 'mock'))!;
  });
  afterEach(() => h.close());

  const layer = async (name = 'apps'): Promise<LayerRecord> =>
    (await h.stores.layers.byName(h.formation.id, name))!;
  const make = (user: UserRecord, flavor: FlavorRecord, name = 'apps') =>
    createLayer(h.parts, user, h.formation, { name, kind: 'runtime', flavor });
  const scale = (counts: Record<string, number>) => scaleLayers(h.parts, h.user, h.formation, counts);
  const nodes = async (name = 'apps'): Promise<string[]> => {
    return (await h.stores.nodes.ofLayer((await layer(name)).id))
      .map((node) => `${node.name} ${node.status}`)
      .sort();
  };
  const refused = (asked: Promise<unknown>): Promise<void> =>
    assert.rejects(asked, (error) => {
      return (
        error instanceof Conflict &&
        /cannot get new nodes: its flavor \w+ is other's.*flavors:share \w+ app/.test(error.message)
      );
    });
  const give = (role: 'admin' | 'collaborator' | 'viewer') => giveRole(h.stores, h.formation, other, role);
  const take = () => takeRole(h.stores, h.formation, other);
  const share = () => h.stores.flavorShares.insert(theirs.id, h.formation.id);
  const unshare = () => h.stores.flavorShares.delete(theirs.id, h.formation.id);

  it("is needed under the lock, too: neither made nor changed to what is not the caller's", async () => {
    const isRefused = (error: unknown): boolean =>
      error instanceof Conflict && /not yours, and not shared/.test(error.message);
    await give('admin');
    await assert.rejects(make(h.user, theirs), isRefused);
    await assert.rejects(
      updateLayer(h.parts, h.user, h.formation, await layer('runtime'), { flavor: theirs }),
      isRefused,
    );
    await assert.rejects(
      updateLayer(h.parts, other, h.formation, await layer('runtime'), { flavor: ours }),
      isRefused,
    );
    await share();
    await make(h.user, theirs);
    await updateLayer(h.parts, h.user, h.formation, await layer('runtime'), { flavor: theirs });
  });

  it('of a shared one lasts as long as it is shared, and nodes outlive it', async () => {
    await share();
    await make(h.user, theirs);
    assert.equal((await h.scaleLayers({ apps: 2 })).state, 'succeeded');
    await unshare();
    await refused(scale({ apps: 3 }));
    await refused(replaceNode(h.parts, h.user, h.formation, 'app-apps-1'));
    assert.equal((await layer()).count, 2);
    assert.deepEqual(await nodes(), ['app-apps-1 ready', 'app-apps-2 ready']);
    await h.push();
    assert.deepEqual(await h.containers(), ['web.1@app-apps-1 v1 serving']);
    assert.equal((await h.scaleLayers({ apps: 2 })).state, 'succeeded');
    assert.equal((await h.scaleLayers({ apps: 1, runtime: 1 })).state, 'succeeded');
    await refused(scale({ apps: 2 }));
    assert.equal((await h.scaleLayers({ apps: 0 })).state, 'succeeded');
    assert.deepEqual(
      [...h.cloud.values()].map(({ name }) => name),
      ['app-runtime-1'],
    );
    await destroyLayer(h.parts, h.formation, await layer());
  });

  it('ends with the sharing though the owner is an admin: somebody else made the layer', async () => {
    await share();
    await make(h.user, theirs);
    await unshare();
    await give('admin');
    await refused(scale({ apps: 1 }));
  });

  it('of somebody who chose it for the layer ends with their role, and stays away', async () => {
    await give('admin');
    await make(other, theirs);
    assert.equal((await h.scaleLayers({ apps: 1 })).state, 'succeeded');
    for (const end of [take, () => give('collaborator'), () => give('viewer')]) {
      await end();
      await refused(scale({ apps: 2 }));
      await give('admin');
      await refused(scale({ apps: 2 }));
      await updateLayer(h.parts, other, h.formation, await layer(), { flavor: theirs });
      await scale({ apps: 2 });
      await scale({ apps: 1 });
    }
    assert.equal(await take(), true);
    await refused(scale({ apps: 2 }));
    await share();
    await scale({ apps: 2 });
  });

  it('ends for one layer when it gets another flavor, and not by naming the one that it has', async () => {
    await give('admin');
    await share();
    await make(other, theirs);
    await updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: theirs, level: 7 });
    await unshare();
    await scale({ apps: 1 });
    await scale({ apps: 0 });
    await updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: ours });
    await share();
    await updateLayer(h.parts, h.user, h.formation, await layer(), { flavor: theirs });
    await unshare();
    await refused(scale({ apps: 1 }));
  });

  it('is asked again at the launch: what was queued launches nothing, the rest goes on', async () => {
    await share();
    await make(h.user, theirs);
    const queued = await scale({ apps: 1, runtime: 1 });
    await unshare();
    const { state, error } = await h.end(queued.id);
    assert.equal(state, 'failed');
    assert.match(error!.message, /app-apps-1: layer apps cannot get new nodes: its flavor theirs is other's/);
    assert.deepEqual(
      [...h.cloud.values()].map(({ name }) => name),
      ['app-runtime-1'],
    );
    assert.deepEqual([await nodes('runtime'), (await nodes()).length], [['app-runtime-1 ready'], 1]);
    assert.equal((await h.scaleLayers({ apps: 0 })).state, 'succeeded');
    assert.deepEqual(await nodes(), []);
  });

  it("stays the old owner's after a transfer, as long as the new owner keeps them as an admin", async () => {
    const now = new Date();
    const transfer = await offerTransfer(
      h.stores,
      { formation: h.formation, giver: h.user, heir: other },
      now,
    );
    await acceptTransfer(h.stores, transfer, now);
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
    await takeRole(h.stores, h.formation, h.user);
    const asked = scaleLayers(h.parts, other, h.formation, { runtime: 2 });
    await assert.rejects(
      asked,
      (error) => error instanceof Conflict && /its flavor mock is \w+'s/.test(error.message),
    );
    assert.equal((await h.scaleLayers({ runtime: 0 })).state, 'succeeded');
    await updateLayer(h.parts, other, h.formation, await layer('runtime'), { flavor: theirs });
    assert.equal((await h.scaleLayers({ runtime: 1 })).state, 'succeeded');
  });
});
