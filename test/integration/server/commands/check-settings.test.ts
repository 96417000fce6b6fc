import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingProblems } from '../../../../server/commands/check-settings.js';
import { readSettings } from '../../../../server/settings/settings.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { makeCertificate } from '../../../support/server/make-certificate.js';

describe('--check', function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-check-'));
  let db: TestDatabase;
  before(async () => {
    db = await createTestDatabase();
  });
  after(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const problems = (env: Record<string, string>): Promise<string[]> =>
    settingProblems(readSettings({ DEIS_DATA_DIR: join(folder, 'data'), ...env }));

  it('finds nothing wrong with what is right, and makes nothing', async () => {
    const { certificate, key } = makeCertificate(['deis.example.com']);
    assert.deepEqual(
      await problems({
        DEIS_TLS_CERT: file('a.crt', certificate),
        DEIS_TLS_KEY: file('a.key', key),
        DATABASE_URL: db.url,
        DEIS_MASTER_KEY_FILE: file('master.key', `${'ab'.repeat(32)}\n`),
      }),
      [],
    );
    assert.deepEqual(await problems({}), []);
    assert.equal(existsSync(join(folder, 'data')), false);
  });

  it('tells of a store that does not answer, and shows no key', async () => {
    const [found, ...more] = await problems({
      DEIS_STORE: 's3://my-bucket',
      DEIS_STORE_ENDPOINT: 'http://127.0.0.1:1',
      DEIS_STORE_REGION: 'us-east-1',
      DEIS_STORE_PATH_STYLE: 'yes',
      DEIS_STORE_KEY_ID: 'id',
      DEIS_STORE_SECRET_KEY: 'sentinel',
    });
    assert.match(found!, /the store s3:\/\/my-bucket at http:\/\/127\.0\.0\.1:1 does not answer/);
    assert.deepEqual([more, found!.includes('sentinel')], [[], false]);
  });

  it('lists TLS files, master key and database together, and shows no password', async () => {
    const [one, other] = [makeCertificate(['a.example.com']), makeCertificate(['b.example.com'])];
    const key = file('open.key', `${'ab'.repeat(32)}\n`);
    chmodSync(key, 0o644);
    const found = await problems({
      DEIS_TLS_CERT: file('one.crt', one.certificate),
      DEIS_TLS_KEY: file('other.key', other.key),
      DATABASE_URL: 'postgres://deis:sentinel@127.0.0.1:1/deis',
      DEIS_MASTER_KEY_FILE: key,
    });
    assert.equal(found.length, 3);
    assert.match(found[0]!, /cannot be used together/);
    assert.match(found[1]!, /mode 644\): chmod 600/);
    assert.match(found[2]!, /cannot use the database deis on 127\.0\.0\.1:1/);
    assert.ok(!found.join().includes('sentinel'));
  });

  it('finds a TLS file that is not there, and a database that does not exist', async () => {
    const missing = new URL(db.url);
    missing.pathname = '/nosuch';
    const found = await problems({
      DEIS_TLS_CERT: join(folder, 'none.crt'),
      DEIS_TLS_KEY: join(folder, 'none.key'),
      DATABASE_URL: missing.href,
    });
    assert.match(found[0]!, /DEIS_TLS_CERT: ENOENT/);
    assert.match(found[1]!, /cannot use the database nosuch/);
  });
});
