import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { blobStores } from '../../../../../server/blobs/blob-stores.js';
import { collectUnneeded } from '../../../../../server/compose/jobs/collect-unneeded.js';
import { createTestDatabase, type TestDatabase } from '../../../../support/server/database.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('collectUnneeded', () => {
  let db: TestDatabase;
  let dataDir: string;
  before(async () => {
    db = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'deis-collector-'));
  });
  after(async () => {
    await rm(dataDir, { recursive: true, force: true });
    await db.close();
  });

  const sweep = async (auditDays = 30): Promise<void> => {
    const log = pino({ level: 'silent' });
    const collect = { everyMs: 3_600_000, graceMs: 3_600_000, keepReleases: 10, keepDays: 1, auditDays };
    const settings = { dataDir, collect, sessionMs: 2 * dayMs };
    await collectUnneeded(settings, {
      stores: db.stores,
      blobs: await blobStores(dataDir, undefined),
      log,
    }).run(new AbortController().signal);
  };

  it('removes the entries of the audit log that are older than the days that it is kept', async () => {
    for (const days of [0, 29, 31, 400]) {
      const id = await db.stores.audit.begin({
        actorId: null,
        actor: `${days} days ago`,
        action: 'POST /formations',
        formationId: null,
        formation: null,
        target: {},
        source: null,
        requestId: null,
      });
      await db
        .database('audit_entries')
        .where({ id })
        .update({ at: new Date(Date.now() - days * dayMs) });
    }
    await sweep();
    const { items } = await db.stores.audit.page({ limit: 10 });
    assert.deepEqual(
      items.map(({ actor }) => actor),
      ['29 days ago', '0 days ago'],
    );
  });

  it('keeps logins and registrations of strangers that failed for 30 days, whatever is kept else', async () => {
    await db.database('audit_entries').delete();
    const { id: userId } = await db.stores.users.insert({
      username: 'grace',
      email: 'grace@example.com',
      passwordHash: 'x',
      isAdmin: false,
    });
    const begin = async (
      entry: { days: number; actorId: number | null; actor: string; action: string },
      outcome?: string,
    ): Promise<void> => {
      const { days, ...rest } = entry;
      const none = { formationId: null, formation: null, target: {}, source: null, requestId: null };
      const id = await db.stores.audit.begin({ ...rest, ...none });
      if (outcome !== undefined) await db.stores.audit.finish(id, outcome);
      await db
        .database('audit_entries')
        .where({ id })
        .update({ at: new Date(Date.now() - days * dayMs) });
    };
    const [login, register] = ['POST /auth/login', 'POST /auth/register'];
    const stranger = { days: 31, actorId: null };
    await begin({ ...stranger, actor: 'a refused login', action: login }, 'refused: wrong username');
    await begin({ ...stranger, actor: 'a refused registration', action: register }, 'refused: no code');
    for (const action of ['POST /sessions', 'POST /passkey-sessions'])
      await begin({ ...stranger, actor: `a refused ${action}`, action }, 'refused: wrong');
    await begin({ ...stranger, actor: 'one that was cut off', action: register });
    await begin({ ...stranger, actor: 'registered', action: register }, 'done');
    await begin({ ...stranger, actor: 'a user who is gone', action: 'POST /formations' }, 'refused: no');
    await begin({ days: 31, actorId: userId, actor: 'grace', action: login }, 'refused: wrong password');
    await begin({ days: 29, actorId: null, actor: 'a newer one', action: login }, 'refused: wrong username');
    await sweep(1825);
    assert.deepEqual(
      (await db.stores.audit.page({ limit: 10 })).items.map(({ actor }) => actor),
      ['a newer one', 'grace', 'a user who is gone', 'registered'],
    );
  });

  it('removes tokens that have ended, and sessions that were not used for their time', async () => {
    const { id: userId } = await db.stores.users.insert({
      username: 'ada',
      email: 'ada@example.com',
      passwordHash: 'x',
      isAdmin: false,
    });
    const ago = (days: number): Date => new Date(Date.now() - days * dayMs);
    const insert = (
      name: string,
      times: { expiresAt: Date | null; lastUsedAt: Date | null },
      isSession: boolean,
    ) => db.stores.tokens.insert({ userId, hash: name, name, ...times, isSession });
    await insert('kept for ever', { expiresAt: null, lastUsedAt: ago(400) }, false);
    await insert('expired', { expiresAt: ago(1), lastUsedAt: ago(1) }, false);
    await insert('used session', { expiresAt: null, lastUsedAt: ago(1) }, true);
    await insert('new session', { expiresAt: null, lastUsedAt: null }, true);
    await insert('forgotten session', { expiresAt: null, lastUsedAt: ago(3) }, true);
    await sweep();
    assert.deepEqual(await db.database('tokens').orderBy('id').pluck('name'), [
      'kept for ever',
      'used session',
      'new session',
    ]);
  });

  it('leaves what a push may use that began long ago and has recorded nothing yet', async () => {
    const hoursOld = async (hours: number): Promise<string> => {
      const path = join(dataDir, 'slugs', String(hours).repeat(64), 'app.tgz');
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'x');
      const time = new Date(Date.now() - hours * hourMs);
      await utimes(path, time, time);
      return path;
    };
    const paths = [await hoursOld(0), await hoursOld(4), await hoursOld(8)];
    const push = await db.stores.operations.enqueue({
      id: randomUUID(),
      formationId: null,
      formationName: 'app',
      kind: 'push',
      requestedBy: null,
    });
    await db
      .database('operations')
      .where({ id: push.id })
      .update({ state: 'running', started_at: new Date(Date.now() - 5 * hourMs) });
    await sweep();
    assert.deepEqual(
      paths.map((path) => existsSync(path)),
      [true, true, false],
    );
    await db
      .database('operations')
      .where({ id: push.id })
      .update({ state: 'failed', finished_at: new Date() });
    await sweep();
    assert.deepEqual(
      paths.map((path) => existsSync(path)),
      [true, false, false],
    );
  });
});
