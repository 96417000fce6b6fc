import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conflict, UserError } from '../../../base/errors.js';
import { DataDirectory } from '../../../server/data-directory.js';
import { createTestDatabase, type TestDatabase } from '../../support/server/database.js';

describe('data directory', function () {
  this.timeout(20_000);
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'deis-data-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));
  /** Of a lock that is kept. */
  const soon = { waitSeconds: 0.1 };
  const facts = {
    pid: 4711,
    url: 'http://127.0.0.1:8000',
    gitHost: 'localhost',
    gitPort: 2222,
    slugUrl: 'http://127.0.0.1:8001',
    instance: '0123abcd',
    startedAt: '2026-01-01T00:00:00.000Z',
  };

  it('belongs to one controller at a time; the second hears who has it', async () => {
    const first = await DataDirectory.open(path);
    await first.announce(facts);
    await assert.rejects(
      DataDirectory.open(path, soon),
      (error: unknown) =>
        error instanceof Conflict &&
        /process 4711, since 2026/.test(error.message) &&
        error.message.includes(path),
    );
    await first.close();
    assert.equal(existsSync(join(path, 'controller.json')), false);
    await (await DataDirectory.open(path)).close();
  });

  it('is shared by controllers that share a database, and with nobody else', async () => {
    const both = await Promise.all([
      DataDirectory.open(path, { shared: true }),
      DataDirectory.open(path, { shared: true }),
    ]);
    await assert.rejects(
      DataDirectory.open(path, soon),
      (error: unknown) => error instanceof Conflict && /DATABASE_URL/.test(error.message),
    );
    await Promise.all(both.map((each) => each.close()));
    await (await DataDirectory.open(path)).close();
  });

  it("knows the database that it belongs to, and refuses to serve another folder's", async () => {
    const db = await createTestDatabase();
    const other = mkdtempSync(join(tmpdir(), 'deis-data-'));
    try {
      const [first, second] = await Promise.all([
        DataDirectory.open(path, { shared: true }),
        DataDirectory.open(path, { shared: true }),
      ]);
      await Promise.all([
        first.checkSharedBy(db.stores.instanceFacts),
        second.checkSharedBy(db.stores.instanceFacts),
      ]);
      const stranger = await DataDirectory.open(other, { shared: true });
      await assert.rejects(
        stranger.checkSharedBy(db.stores.instanceFacts),
        (error: unknown) =>
          error instanceof UserError && error.field === 'DEIS_DATA_DIR' && error.message.includes(other),
      );
      await Promise.all([first, second, stranger].map((each) => each.close()));
    } finally {
      rmSync(other, { recursive: true });
      await db.close();
    }
  });

  it('is free at once after kill -9 of its holder', async () => {
    const module = join(process.cwd(), 'server/data-directory.ts');
    const program = `
      const { DataDirectory } = await import(${JSON.stringify(module)});
      await DataDirectory.open(${JSON.stringify(path)});
      console.log('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await assert.rejects(DataDirectory.open(path, soon), Conflict);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const startedAt = performance.now();
    await (await DataDirectory.open(path)).close();
    assert.ok(performance.now() - startedAt < 10_000);
  });

  describe('the instance id', () => {
    let db: TestDatabase;
    beforeEach(async () => {
      db = await createTestDatabase();
    });
    afterEach(() => db.close());

    const idIn = async (folder: string, wanted?: string): Promise<string> => {
      const opened = await DataDirectory.open(folder);
      try {
        return await opened.instanceId(db.stores.instanceFacts, wanted);
      } finally {
        await opened.close();
      }
    };

    it('is made once, kept by the database, and copied to every folder', async () => {
      const made = await idIn(path);
      assert.match(made, /^[0-9a-f]{8}$/);
      assert.equal(readFileSync(join(path, 'instance'), 'utf8'), `${made}\n`);
      const another = join(path, 'another');
      assert.equal(await idIn(another), made);
      assert.equal(readFileSync(join(another, 'instance'), 'utf8'), `${made}\n`);
    });

    it('is what the settings want when there is none yet', async () => {
      assert.equal(await idIn(path, '89abcdef'), '89abcdef');
      assert.equal(await idIn(path), '89abcdef');
    });

    it('of an older folder is taken over into the database', async () => {
      await writeFile(join(path, 'instance'), '11b0b2b8\n');
      assert.equal(await idIn(path), '11b0b2b8');
      await rm(join(path, 'instance'));
      assert.equal(await idIn(path), '11b0b2b8');
    });

    it('that the folder or the setting has otherwise is refused, and nothing is changed', async () => {
      const made = await idIn(path);
      await writeFile(join(path, 'instance'), '11b0b2b8\n');
      await assert.rejects(
        idIn(path),
        (error) =>
          error instanceof UserError &&
          error.message.includes('belongs to instance 11b0b2b8') &&
          error.message.includes(`the database to instance ${made}`),
      );
      assert.equal(readFileSync(join(path, 'instance'), 'utf8'), '11b0b2b8\n');
      await rm(join(path, 'instance'));
      await assert.rejects(
        idIn(path, '89abcdef'),
        (error) => error instanceof UserError && /unset DEIS_INSTANCE/.test(error.message),
      );
      assert.equal(await idIn(path), made);
    });
  });
});
