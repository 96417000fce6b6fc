import assert from 'node:assert/strict';
import { CensusStore } from '../../../../server/store/census-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { storeFormation, storeLayer, storeNode } from '../../../support/server/stored-formation.js';

describe('a census', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  before(async () => (db = await createTestDatabase()));
  after(() => db.close());

  it('of an empty database has nothing', async () => {
    assert.deepEqual(await new CensusStore(db.database).take(), {
      operations: [],
      formations: 0,
      nodes: [],
      containers: [],
      certificates: [],
      jobs: [],
      alerts: [],
      deliveries: [],
    });
  });

  it('counts operations that have not ended, formations, certificates and jobs', async () => {
    const insert = async (table: string, row: object): Promise<number> => {
      const [{ id }] = (await db.database(table).insert(row).returning('id')) as [{ id: number }];
      return id;
    };
    const owner = await insert('users', { username: 'ada', password_hash: 'x', email: 'a@example.com' });
    const shop = await insert('formations', { name: 'shop', owner_id: owner });
    const operation = { formation_id: shop, formation_name: 'shop', kind: 'push' };
    await db.database('operations').insert([
      { ...operation, id: '00000000-0000-4000-8000-000000000001', created_at: new Date(Date.now() - 60_000) },
      { ...operation, id: '00000000-0000-4000-8000-000000000002' },
      { ...operation, id: '00000000-0000-4000-8000-000000000003', state: 'failed' },
    ]);
    await db.database('certs').insert({
      formation_id: shop,
      name: 'www',
      certificate: 'PEM',
      key_encrypted: Buffer.from('x'),
      fingerprint: 'f',
      domains: JSON.stringify(['www.example.com']),
      expires_at: new Date(1_800_000_000_000),
    });
    await db.stores.schedule.declare([{ name: 'collect', everyMs: 1000 }]);
    const census = await new CensusStore(db.database).take();
    assert.deepEqual(
      census.operations.map(({ oldestSeconds, ...rest }) => ({
        ...rest,
        minutes: Math.round(oldestSeconds / 60),
      })),
      [{ kind: 'push', state: 'queued', count: 2, minutes: 1 }],
    );
    assert.equal(census.formations, 1);
    assert.deepEqual(census.certificates, [{ formation: 'shop', name: 'www', expiresAt: 1_800_000_000 }]);
    assert.deepEqual(census.jobs, [{ name: 'collect', failures: 0, endedAt: null }]);
  });

  it('tells nodes that do not answer from those that are ready', async () => {
    const layer = await storeLayer(db.stores, await storeFormation(db.stores, 'nodes'));
    for (const num of [1, 2, 3]) {
      const { id } = await storeNode(db.stores, layer, num);
      await db.stores.nodes.update(id, { status: 'ready' });
      if (num === 3) await db.stores.nodeSilence.begin(id, 'no route to host');
    }
    const { nodes } = await new CensusStore(db.database).take();
    const counts = nodes.map(({ status, count }) => `${count} ${status}`).sort();
    assert.deepEqual(counts, ['1 unreachable', '2 ready']);
  });
});
