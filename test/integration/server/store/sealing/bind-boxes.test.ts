import assert from 'node:assert/strict';
import { Secret } from '../../../../../base/secret.js';
import { bindBoxes } from '../../../../../server/store/sealing/bind-boxes.js';
import { boxRows } from '../../../../../server/store/sealing/box-rows.js';
import { encryptedColumns } from '../../../../../server/store/sealing/reseal-secrets.js';
import { SecretBox, UnreadableBox } from '../../../../../server/store/sealing/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';
import {
  storeFormation,
  storeLayer,
  storeNode,
  type StoredFormation,
} from '../../../../support/server/stored-formation.js';
import { unboundBox } from '../../../../support/server/unbound-box.js';

const key = Buffer.alloc(32, 7);

describe('boxes in rows', () => {
  let db: TestDatabase;
  let [mine, theirs]: StoredFormation[] = [];

  beforeEach(async () => {
    db = await createTestDatabase();
    mine = await storeFormation(db.stores, 'mine');
    theirs = await storeFormation(db.stores, 'theirs');
  });
  afterEach(() => db.close());

  const configOf = (stored: StoredFormation, value: string): Promise<{ id: number }> =>
    db.stores.configs.insert({
      formationId: stored.formation.id,
      createdBy: stored.user.id,
      values: { SECRET: value },
    });
  const sealedAt = async (table: string, column: string, where: object): Promise<Buffer> => {
    const row = (await db.database(table).where(where).first(column)) as Record<string, Buffer> | undefined;
    return row?.[column] ?? assert.fail(`${table} has no such row`);
  };

  it('are known by their row in every table that has any', async () => {
    const tables = (await encryptedColumns(db.database)).map(({ table }) => table);
    assert.deepEqual([...new Set(tables)].sort(), Object.keys(boxRows).sort());
  });

  it('do not open where somebody has copied them to another formation', async () => {
    await configOf(mine!, 'mine');
    const target = await configOf(theirs!, 'theirs');
    const stolen = await sealedAt('configs', 'values_encrypted', { formation_id: mine!.formation.id });
    await db.database('configs').where({ id: target.id }).update({ values_encrypted: stolen });
    await assert.rejects(db.stores.configs.newest(theirs!.formation.id), UnreadableBox);
  });

  it('do not open where somebody has given their row to another formation', async () => {
    const { id } = await configOf(mine!, 'mine');
    await db.database('configs').where({ id }).update({ formation_id: theirs!.formation.id });
    await assert.rejects(db.stores.configs.newest(theirs!.formation.id), UnreadableBox);
  });

  it('do not open in another row of any store', async () => {
    const [layer, other] = [await storeLayer(db.stores, mine!), await storeLayer(db.stores, theirs!)];
    const [node, neighbour] = [await storeNode(db.stores, layer, 1), await storeNode(db.stores, other, 1)];
    await db.stores.instanceFacts.set('one', new Secret('1'));
    await db.stores.instanceFacts.set('two', new Secret('2'));
    const provider = (await db.stores.providers.byName(mine!.user.id, 'mock'))!;
    const foreign = (await db.stores.providers.byName(theirs!.user.id, 'mock'))!;
    const swaps = [
      ['layers', 'ssh_private_key_encrypted', { id: layer.id }, { id: other.id }],
      ['layers', 'attributes_encrypted', { id: layer.id }, { id: other.id }],
      ['nodes', 'host_private_key_encrypted', { id: node.id }, { id: neighbour.id }],
      ['instance_facts', 'value_encrypted', { key: 'one' }, { key: 'two' }],
      ['providers', 'creds_encrypted', { id: provider.id }, { id: foreign.id }],
    ] as const;
    for (const [table, column, from, to] of swaps)
      await db
        .database(table)
        .where(to)
        .update({ [column]: await sealedAt(table, column, from) });
    await assert.rejects(db.stores.layers.byId(other.id), UnreadableBox);
    await assert.rejects(db.stores.nodes.byId(neighbour.id), UnreadableBox);
    await assert.rejects(db.stores.instanceFacts.get('two'), UnreadableBox);
    await assert.rejects(db.stores.providers.creds(foreign.id), UnreadableBox);
  });

  it('follow changes of attributes and credentials', async () => {
    const layer = await storeLayer(db.stores, mine!);
    await db.stores.layers.update(layer.id, { attributes: { a: 1 } });
    assert.deepEqual((await db.stores.layers.byId(layer.id))?.attributes, { a: 1 });
    const provider = (await db.stores.providers.byName(mine!.user.id, 'mock'))!;
    await db.stores.providers.setCreds(provider.id, { a: 2 });
    assert.equal((await db.stores.providers.creds(provider.id)).reveal(), '{"a":2}');
  });

  it('of earlier versions are bound once, and refused where one turns up later', async () => {
    const { id } = await configOf(mine!, 'bound');
    const old = unboundBox(key, '{"SECRET":"old"}', 'configs.values_encrypted');
    const putOld = (): Promise<unknown> =>
      db.database('configs').where({ id }).update({ values_encrypted: old });
    await putOld();
    await assert.rejects(db.stores.configs.byId(id), UnreadableBox);
    await assert.rejects(bindBoxes(db.database, new SecretBox([Buffer.alloc(32, 8)])), UnreadableBox);
    await bindBoxes(db.database, db.box);
    assert.deepEqual((await db.stores.configs.byId(id))?.values, { SECRET: 'old' });
    await putOld();
    await bindBoxes(db.database, db.box);
    await assert.rejects(db.stores.configs.byId(id), UnreadableBox);
  });
});
