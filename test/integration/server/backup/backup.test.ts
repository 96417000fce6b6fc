import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { withSnapshot } from '../../../../server/backup/database/database-snapshot.js';
import {
  createFromSettings,
  listFromSettings,
  makeKeyFile,
  restoreFromSettings,
  verifyFromSettings,
} from '../../../../server/commands/backup/backup-actions.js';
import { DataDirectory } from '../../../../server/data-directory.js';
import { openDatabase } from '../../../../server/store/database.js';
import { SecretBox } from '../../../../server/store/sealing/secret-box.js';
import { Stores } from '../../../../server/store/stores.js';
import { BackupBench, testMasterKey } from '../../../support/server/backup-bench.js';

type Env = Record<string, string>;

describe('backup', function () {
  this.timeout(120_000);
  let bench: BackupBench;
  beforeEach(async () => {
    bench = await BackupBench.create();
  });
  afterEach(() => bench.close());

  const create = (env: Env = bench.env(), more = {}): Promise<void> =>
    createFromSettings(bench.context(env), { recipient: [], ...more });
  const restore = (env: Env, more: { replace?: string[] } = {}): Promise<void> =>
    restoreFromSettings(bench.context(env), undefined, { replace: [], ...more });
  const verify = (env: Env = bench.env(), name?: string): Promise<void> =>
    verifyFromSettings(bench.context(env), name, {});

  /** Every table's rows, as COPY writes them. */
  async function rowsOf(url: string): Promise<Record<string, string>> {
    return withSnapshot(url, async (snapshot) => {
      const all: Record<string, string> = { sequences: JSON.stringify(await snapshot.sequences()) };
      for (const table of await snapshot.tables())
        all[table.name] = (await buffer(snapshot.copy(table))).toString('utf8');
      return all;
    });
  }
  const tablesOf = async (url: string): Promise<number> => Object.keys(await rowsOf(url)).length - 1;
  const refs = (dataDir: string): string =>
    execFileSync('git', ['for-each-ref'], {
      cwd: join(dataDir, 'repos', 'app.git'),
      encoding: 'utf8',
      timeout: 20_000,
    });
  const slugs = (dataDir: string): string[] =>
    readdirSync(join(dataDir, 'slugs')).map((name) =>
      readFileSync(join(dataDir, 'slugs', name, 'app.tgz'), 'hex'),
    );

  it('restores tables, repositories and slugs into an empty database and folder: a controller starts', async () => {
    const before = await rowsOf(bench.db.url);
    await create();
    const env = await bench.bareHost();
    await restore(env);
    assert.deepEqual(await rowsOf(env['DATABASE_URL']!), before);
    assert.equal(refs(env['DEIS_DATA_DIR']!), refs(bench.dataDir));
    assert.deepEqual(slugs(env['DEIS_DATA_DIR']!), slugs(bench.dataDir));
    await startsOn(env);
    assert.ok(bench.lines.some((line) => /^restored instance [0-9a-f]{8} as of 20/.test(line)));
  });

  /** What the start of a controller compares. */
  async function startsOn(env: Env): Promise<void> {
    const database = openDatabase({ url: env['DATABASE_URL']!, poolSize: 1 });
    const folder = await DataDirectory.open(env['DEIS_DATA_DIR']!, { shared: true });
    try {
      const { instanceFacts } = new Stores(database, new SecretBox([Buffer.alloc(32, 7)]));
      await folder.checkRestored();
      await folder.checkSharedBy(instanceFacts);
      assert.equal(
        await folder.instanceId(instanceFacts, undefined),
        readFileSync(join(bench.dataDir, 'instance'), 'utf8').trim(),
      );
    } finally {
      await folder.close();
      await database.destroy();
    }
  }

  it('gives no number again that was given before', async () => {
    await bench.db.database('users').insert({ username: 'gone', email: 'g@example.com', password_hash: 'x' });
    await bench.db.database('users').where({ username: 'gone' }).delete();
    await create();
    const env = await bench.bareHost();
    await restore(env);
    const database = openDatabase({ url: env['DATABASE_URL']!, poolSize: 1 });
    const insert = { username: 'next', email: 'n@example.com', password_hash: 'x' };
    const [restored] = await database('users').insert(insert).returning<{ id: number }[]>('id');
    const [original] = await bench.db.database('users').insert(insert).returning<{ id: number }[]>('id');
    assert.equal(restored!.id, original!.id);
    await database.destroy();
  });

  it('reads one moment: what is committed while it reads is not in it', async () => {
    const before = await rowsOf(bench.db.url);
    const context = bench.context(bench.env());
    let late: Promise<unknown> | undefined;
    const progress = (line: string): void => {
      bench.lines.push(line);
      late ??= bench.db.stores.formations.insert({ ownerId: 1, name: 'late' });
    };
    await createFromSettings({ ...context, progress }, { recipient: [] });
    await late;
    const env = await bench.bareHost();
    await restore(env);
    const { sequences, ...rows } = await rowsOf(env['DATABASE_URL']!);
    const { sequences: earlier, ...expected } = before;
    assert.deepEqual(rows, expected);
    assert.ok(sequences !== undefined && earlier !== undefined);
  });

  it('restores into the embedded PostgreSQL, with the master key from inside', async () => {
    await create(bench.env(), { withMasterKey: true });
    const env: Env = { ...(await bench.bareHost({ key: false })), DATABASE_URL: '' };
    await restore(env);
    const dataDir = env['DEIS_DATA_DIR']!;
    assert.equal(readFileSync(join(dataDir, 'master.key'), 'utf8'), testMasterKey);
    bench.lines.length = 0;
    await create({ ...env, DEIS_BACKUP_TO: join(bench.folder, 'again') });
    await verify({ ...env, DEIS_BACKUP_TO: join(bench.folder, 'again') });
    assert.match(bench.lines.at(-1)!, /restores: \d+ tables with \d+ rows, 2 files/);
  });

  it('is verified: every table, file and kind of secret', async () => {
    await create();
    await verify();
    assert.match(bench.lines.at(-1)!, /restores: \d+ tables with \d+ rows, 2 files, secrets of [4-9] kinds/);
  });

  it('is for recipients, whose identity opens it', async () => {
    const identity = join(bench.folder, 'mine');
    await makeKeyFile(bench.context({}), identity);
    const recipient = bench.lines.at(-1)!;
    const env = bench.env({ DEIS_BACKUP_RECIPIENTS: recipient, DEIS_BACKUP_IDENTITY_FILE: '' });
    await create(env);
    await verify({ ...env, DEIS_BACKUP_IDENTITY_FILE: identity });
    await assert.rejects(verify(env), /say what opens the archive/);
    const other = join(bench.folder, 'other');
    await makeKeyFile(bench.context({}), other);
    await assert.rejects(
      verify({ ...env, DEIS_BACKUP_IDENTITY_FILE: other }),
      /does not open with the given identity/,
    );
    await assert.rejects(makeKeyFile(bench.context({}), other), /is there already/);
  });

  it('is not made without saying for whom', async () => {
    await assert.rejects(create(bench.env({ DEIS_BACKUP_RECIPIENTS: '' })), /say whom the archive is for/);
    assert.equal(existsSync(bench.backups), false);
  });

  describe('writes nothing', () => {
    /** Neither a table nor a file. */
    async function refuses(env: Env, expected: RegExp, more = {}): Promise<void> {
      await assert.rejects(restore(env, more), (error: Error) => {
        assert.match(error.message, expected);
        return true;
      });
      assert.equal(await tablesOf(env['DATABASE_URL']!), 0);
      const dataDir = env['DEIS_DATA_DIR']!;
      assert.deepEqual(
        existsSync(dataDir) ? readdirSync(dataDir).filter((name) => name !== 'master.key') : [],
        [],
      );
    }

    it('without the master key', async () => {
      await create();
      await refuses(
        await bench.bareHost({ key: false }),
        /the master key is not in this archive.*nothing was written/,
      );
    });

    it('with another master key', async () => {
      await create();
      const env = await bench.bareHost();
      writeFileSync(join(env['DEIS_DATA_DIR']!, 'master.key'), `${'08'.repeat(32)}\n`);
      await refuses(
        env,
        /is not the master key of this archive, whose id is [0-9a-f]{16}: nothing was written/,
      );
    });

    it('with another master key in the place of the one that is named', async () => {
      await create();
      const env = await bench.bareHost();
      writeFileSync(join(env['DEIS_DATA_DIR']!, 'master.key'), `${'08'.repeat(32)}\n`);
      const masterKeyFile = join(bench.dataDir, 'master.key');
      await refuses(env, /bare-\d\/master\.key is not the master key of this archive/, { masterKeyFile });
    });

    it('with another passphrase', async () => {
      await create(bench.env(bench.withPassphrase));
      const env = { ...(await bench.bareHost()), ...bench.withPassphrase };
      await verify({ ...env, DEIS_DATA_DIR: bench.dataDir });
      writeFileSync(bench.passphraseFile, 'wrong horse battery\n');
      await refuses(env, /does not open with the given passphrase/);
      writeFileSync(bench.passphraseFile, 'short\n');
      await refuses(env, /is no passphrase: expected at least 12 characters/);
    });

    it('of an archive of a newer schema', async () => {
      await bench.db
        .database('migrations')
        .insert({ name: '9999-tomorrow', batch: 1, migration_time: new Date() });
      await create();
      await refuses(
        await bench.bareHost(),
        /database is newer \(9999-tomorrow\).*use that version or a newer one/,
      );
    });

    it('where there is no archive', async () => {
      await refuses(await bench.bareHost(), /there are no backups in/);
    });
  });

  for (const [what, spoil] of [
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 70_000)],
    ['cut off within its last bytes', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    [
      'changed',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 9000), Buffer.from('x'), bytes.subarray(9001)]),
    ],
  ] as const)
    it(`that was ${what} is no backup: verify says so, a restore leaves an empty database and no start`, async () => {
      await create();
      const [name] = bench.archives();
      const path = join(bench.backups, name!);
      writeFileSync(path, spoil(readFileSync(path)));
      await assert.rejects(verify());
      const env = await bench.bareHost();
      await assert.rejects(restore(env));
      assert.equal(await tablesOf(env['DATABASE_URL']!), 0);
      const dataDir = env['DEIS_DATA_DIR']!;
      if (!existsSync(join(dataDir, 'restoring'))) return;
      const folder = await DataDirectory.open(dataDir);
      await assert.rejects(folder.checkRestored(), /was cut off/);
      await folder.close();
    });

  it('overwrites only what is named', async () => {
    await create();
    const env = await bench.bareHost();
    await restore(env);
    const dataDir = env['DEIS_DATA_DIR']!;
    const database = new URL(env['DATABASE_URL']!).pathname.slice(1);
    await assert.rejects(restore(env), /holds something \(.*instance.*--replace \//);
    await assert.rejects(restore(env, { replace: [dataDir] }), /holds \d+ tables: nothing was written/);
    writeFileSync(join(dataDir, 'stray'), '');
    await restore(env, { replace: [dataDir, database] });
    assert.equal(existsSync(join(dataDir, 'stray')), false);
    assert.deepEqual(await rowsOf(env['DATABASE_URL']!), await rowsOf(bench.db.url));
  });

  it('does not restore beside a controller that runs', async () => {
    await create();
    const env = await bench.bareHost();
    const database = openDatabase({ url: env['DATABASE_URL']!, poolSize: 1 });
    await database.raw('select 1');
    await assert.rejects(restore(env), /controllers use the database bare_\w+ \(1 connections\)/);
    await database.destroy();
  });

  it('keeps the newest of its instance, and lists whole archives alone', async () => {
    mkdirSync(bench.backups);
    for (const day of ['01', '02', '03'])
      writeFileSync(join(bench.backups, `deis-00000000-202611${day}T000000Z.backup.age`), '');
    writeFileSync(join(bench.backups, '.incoming-half'), 'half');
    writeFileSync(join(bench.backups, 'notes.txt'), '');
    const instance = readFileSync(join(bench.dataDir, 'instance'), 'utf8').trim();
    for (const day of ['01', '02', '03'])
      writeFileSync(join(bench.backups, `deis-${instance}-202611${day}T000000Z.backup.age`), '');
    await create(bench.env(), { keep: 2 });
    bench.lines.length = 0;
    await listFromSettings(bench.context(bench.env()), {});
    assert.deepEqual(bench.lines.map((line) => line.split('-')[1]).filter((id) => id === instance).length, 2);
    assert.equal(bench.lines.length, 5);
    assert.ok(bench.archives().includes('notes.txt'));
  });

  describe('with a slug that has other bytes than its name says', () => {
    let path = '';
    beforeEach(async () => {
      const [name = ''] = readdirSync(join(bench.dataDir, 'slugs'));
      path = join('slugs', name, 'app.tgz');
      writeFileSync(join(bench.dataDir, path), 'something else');
      await create();
    });
    const named = /the slug [0-9a-f]{64}\/app\.tgz \(app v\d+, which is live\)/;

    it('says so when it is made, and when it is verified', async () => {
      assert.match(
        bench.lines.join('\n'),
        new RegExp(`the store lacks ${named.source}, which a build names`),
      );
      await assert.rejects(verify(), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`restores, but for files that the store lacks:\\n  ${named.source}$`),
        );
        return true;
      });
    });

    it('restores all but that, says first of all that it is live, and ends with an error', async () => {
      const env = await bench.bareHost();
      await assert.rejects(restore(env), (error: Error) => {
        assert.match(error.message, /^all was restored but for one slug.*: live without one is app v\d+\. /);
        return true;
      });
      assert.deepEqual(await rowsOf(env['DATABASE_URL']!), await rowsOf(bench.db.url));
      assert.equal(refs(env['DEIS_DATA_DIR']!), refs(bench.dataDir));
      assert.equal(existsSync(join(env['DEIS_DATA_DIR']!, path)), false);
      const [live, lacks, restored] = bench.lines.slice(-3);
      assert.match(live!, /^ ! {5}app v\d+ IS LIVE, AND ITS SLUG IS LOST/);
      assert.match(lacks!, named);
      assert.match(restored!, /^restored instance/);
      await startsOn(env);
    });
  });

  it('says which slug the store lacks, and is not verified then', async () => {
    rmSync(join(bench.dataDir, 'slugs'), { recursive: true });
    await create();
    assert.ok(bench.lines.some((line) => /the store lacks the slug [0-9a-f]{64}\/app\.tgz/.test(line)));
    await assert.rejects(verify(), /restores, but for files that the store lacks/);
  });
});
