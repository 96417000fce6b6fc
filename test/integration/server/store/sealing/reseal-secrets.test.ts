import assert from 'node:assert/strict';
import { Secret } from '../../../../../base/secret.js';
import {
  countOldBoxes,
  encryptedColumns,
  resealSecrets,
} from '../../../../../server/store/sealing/reseal-secrets.js';
import { SecretBox, UnreadableBox } from '../../../../../server/store/sealing/secret-box.js';
import { Stores } from '../../../../../server/store/stores.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';
import { storeFormation, storeLayer, storeNode } from '../../../../support/server/stored-formation.js';

const [oldKey, newKey] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];

describe('encrypting secrets anew', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  const [before, both, after] = [
    new SecretBox([oldKey]),
    new SecretBox([newKey, oldKey]),
    new SecretBox([newKey]),
  ];

  beforeEach(async () => {
    db = await createTestDatabase();
    const stored = await storeFormation(db.stores, 'app');
    const { formation, user } = stored;
    await storeNode(db.stores, await storeLayer(db.stores, stored), 1);
    const provider = (await db.stores.providers.byName(user.id, 'mock'))!;
    await db.stores.providers.setCreds(provider.id, { key: 'hunter2' });
    for (let version = 0; version < 5; version += 1)
      await db.stores.configs.insert({
        formationId: formation.id,
        createdBy: user.id,
        values: { SECRET: `hunter${version}` },
      });
    await db.stores.instanceFacts.set('fact', new Secret('kept'));
  });
  afterEach(() => db.close());

  /** Everything that is encrypted, read with a box. */
  const read = async (box: SecretBox): Promise<string> => {
    const stores = new Stores(db.database, box);
    const [layers, nodes, facts] = [
      await stores.layers.ofFormation(1),
      await stores.nodes.list(),
      await stores.instanceFacts.get('fact'),
    ];
    const configs = await stores.configs.byIds(await db.database('configs').pluck<number[]>('id'));
    const creds = await Promise.all(
      (await db.database('providers').pluck<number[]>('id')).map((id) => stores.providers.creds(id)),
    );
    return JSON.stringify([
      layers.map((layer) => [layer.sshPrivateKey.reveal(), layer.attributes]),
      nodes.map((node) => node.hostPrivateKey?.reveal()),
      facts?.reveal(),
      configs.map(({ values }) => values),
      creds.map((each) => each.reveal()),
    ]);
  };

  it('knows every column that holds a box, by its name', async () => {
    // Bytes that are no secret.
    const open = ['passkeys.public_key'];
    const { rows } = await db.database.raw<{ rows: { name: string }[] }>(
      `select table_name || '.' || column_name as name from information_schema.columns where ` +
        `table_schema = 'public' and data_type = 'bytea' order by 1`,
    );
    assert.deepEqual(
      rows.map(({ name }) => name).filter((name) => !open.includes(name)),
      (await encryptedColumns(db.database)).map(({ table, column }) => `${table}.${column}`),
    );
  });

  it('leaves nothing under the older key, and nothing else changed', async () => {
    const plain = await read(before);
    const count = await countOldBoxes(db.database, both);
    assert.ok(count >= 10, String(count));
    assert.equal(await resealSecrets(db.database, both), count);
    assert.equal(await countOldBoxes(db.database, both), 0);
    assert.equal(await read(after), plain);
    await assert.rejects(read(before), UnreadableBox);
  });

  it('may be cut off after any batch: all stays readable with both keys, and it goes on', async () => {
    const plain = await read(before);
    const count = await countOldBoxes(db.database, both);
    for (let nth = 1; nth < count; nth += 1) {
      const cut = resealSecrets(db.database, both, {
        batch: 1,
        onProgress: () => {
          throw new Error('killed');
        },
      });
      await assert.rejects(cut, /killed/);
      assert.equal(await countOldBoxes(db.database, both), count - nth);
      assert.equal(await read(both), plain);
    }
    assert.equal(await resealSecrets(db.database, both), 1);
    assert.equal(await read(after), plain);
  });

  it('changes nothing that no key opens, and names its place', async () => {
    const stranger = new SecretBox([Buffer.alloc(32, 9)]);
    await db
      .database('configs')
      .where({ version: 1 })
      .update({ values_encrypted: stranger.seal(new Secret('{}'), 'configs.values_encrypted', '1/1') });
    await assert.rejects(
      resealSecrets(db.database, both),
      (error) =>
        error instanceof UnreadableBox &&
        /configs\.values_encrypted is encrypted under key/.test(error.message),
    );
    assert.ok((await countOldBoxes(db.database, both)) > 0);
  });
});
