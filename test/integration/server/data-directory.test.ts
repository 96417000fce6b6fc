import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conflict, UserError } from '../../../base/errors.js';
import { DataDirectory } from '../../../server/data-directory.js';
import { createTestDatabase } from '../../support/server/database.js';

describe('data directory', function () {
  this.timeout(20_000);
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'deis-data-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));
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
      DataDirectory.open(path),
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
      DataDirectory.open(path),
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
    await assert.rejects(DataDirectory.open(path), Conflict);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const startedAt = performance.now();
    await (await DataDirectory.open(path)).close();
    assert.ok(performance.now() - startedAt < 10_000);
  });

  it('keeps an instance id, and a wanted one wins', async () => {
    const folder = await DataDirectory.open(path);
    const made = await folder.instanceId(undefined);
    assert.match(made, /^[0-9a-f]{8}$/);
    assert.equal(await folder.instanceId(undefined), made);
    assert.equal(await folder.instanceId('89abcdef'), '89abcdef');
    assert.equal(await folder.instanceId(undefined), '89abcdef');
    await folder.close();
  });
});
