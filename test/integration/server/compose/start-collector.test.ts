import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startCollector } from '../../../../server/compose/start-collector.js';
import { Shutdown } from '../../../../server/shutdown.js';
import { createTestDatabase, type TestDatabase } from '../../../support/database.js';

const dayMs = 86_400_000;

describe('the collector', () => {
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

  it('removes the entries of the audit log that are older than the days that it is kept', async () => {
    for (const days of [0, 29, 31, 400]) {
      const id = await db.stores.audit.begin({ actorId: null, actor: `${days} days ago`, action: 'POST /formations', formationId: null, formation: null, target: {}, source: null, requestId: null });
      await db.database('audit_entries').where({ id }).update({ at: new Date(Date.now() - days * dayMs) });
    }
    const log = pino({ level: 'silent' });
    const shutdown = new Shutdown(log);
    const collect = { everyMs: 3_600_000, graceMs: 3_600_000, keepReleases: 10, keepDays: 1, auditDays: 30 };
    startCollector({ dataDir, collect }, { stores: db.stores, log, shutdown });
    // It waits for the sweep that the start began.
    await shutdown.run();
    const { items } = await db.stores.audit.page({ limit: 10 });
    assert.deepEqual(items.map(({ actor }) => actor), ['29 days ago', '0 days ago']);
  });
});
