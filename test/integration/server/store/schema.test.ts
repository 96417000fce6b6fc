import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaText } from '../../../../server/store/schema-text.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { projectRoot } from '../../../support/source/source-imports.js';

const dump = join(projectRoot, 'server', 'store', 'schema.sql');
const header =
  '-- The schema after all migrations, for reading and for review. Written by `npm run schema`.\n\n';

describe('schema', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createTestDatabase();
  });
  afterEach(() => db.close());

  it('is what server/store/schema.sql says', async () => {
    const text = header + (await schemaText(db.database));
    if (process.env['WRITE_SCHEMA'] === '1') writeFileSync(dump, text);
    assert.equal(
      readFileSync(dump, 'utf8'),
      text,
      'a migration changed the schema: run npm run schema and commit server/store/schema.sql',
    );
  });

  it('is made whole by schema.sql alone', async () => {
    await db.database.raw('drop schema public cascade; create schema public');
    await db.database.raw(readFileSync(dump, 'utf8').replaceAll('?', '\\?'));
    assert.equal(header + (await schemaText(db.database)), readFileSync(dump, 'utf8'));
  });

  it('goes back to nothing and up again, migration by migration', async () => {
    await db.database.migrate.rollback(undefined, true);
    assert.equal((await schemaText(db.database)).trim(), '');
    const [, pending] = (await db.database.migrate.list()) as [unknown[], unknown[]];
    for (let left = pending.length; left > 0; left -= 1) await db.database.migrate.up();
    assert.equal(header + (await schemaText(db.database)), readFileSync(dump, 'utf8'));
  });
});
