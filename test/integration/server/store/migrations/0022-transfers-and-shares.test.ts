import assert from 'node:assert/strict';
import { requireLaunchRight } from '../../../../../server/formation/sharing/flavor-right.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';
import { storeFormation, storeLayer } from '../../../../support/server/stored-formation.js';

describe('the migration to shared flavors', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  before(async () => {
    db = await createTestDatabase();
  });
  after(() => db.close());

  it('leaves every layer the flavor that it has, whoever owns the formation by now', async () => {
    const { stores, database } = db;
    const [kept, handed, shared] = [
      await storeFormation(stores, 'kept'),
      await storeFormation(stores, 'handed-over'),
      await storeFormation(stores, 'handed-to-an-admin'),
    ];
    const layers = [];
    for (const stored of [kept, handed, shared]) {
      layers.push({ formation: stored.formation, layer: await storeLayer(stores, stored) });
    }
    await stores.formations.setOwner(handed.formation.id, kept.user.id);
    await stores.formations.setOwner(shared.formation.id, kept.user.id);
    await stores.roles.set(handed.formation.id, handed.user.id, 'collaborator');
    await stores.roles.set(shared.formation.id, shared.user.id, 'admin');
    await database.migrate.down({ name: '0022-transfers-and-shares' });
    await database.migrate.latest();

    for (const { formation, layer } of layers) {
      const present = (await stores.layers.byId(layer.id))!;
      await requireLaunchRight(stores, formation, present);
      assert.equal(await stores.flavorShares.has(layer.flavorId, formation.id), true);
      assert.equal(
        await stores.flavorShares.has(layer.flavorId, kept.formation.id),
        formation.id === kept.formation.id,
      );
    }
    const own = await Promise.all(
      layers.map(async ({ layer }) => (await stores.layers.byId(layer.id))!.ownFlavor),
    );
    assert.deepEqual(own, [true, false, true]);
  });
});
