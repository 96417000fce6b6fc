import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogMatchCounter } from '../../../../server/alerts/count-log-matches.js';
import { appendEvent } from '../../../../server/log/append-event.js';
import { KeptCursor } from '../../../../server/log/kept-cursor.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { storeFormation } from '../../../support/server/stored-formation.js';

const start = Date.parse('2026-11-29T12:00:00Z');
const at = (seconds: number): Date => new Date(start + seconds * 1000);
const { signal } = new AbortController();

describe('counting the lines that match', function () {
  this.timeout(30_000);
  let db: TestDatabase;
  let root: string;
  let now: Date;
  let said: string[];
  let formations = 0;
  let formationId: number;
  before(async () => {
    db = await createTestDatabase();
    root = await mkdtemp(join(tmpdir(), 'deis-matches-'));
  });
  after(async () => {
    await db.close();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    [now, said] = [at(0), []];
    await db.database('alert_rules').delete();
    formationId = (await storeFormation(db.stores, `shop-${(formations += 1)}`)).formation.id;
  });

  const folderOf = (formation: number): string => join(root, String(formation));
  const made = (): LogMatchCounter =>
    new LogMatchCounter({
      stores: db.stores,
      open: (formation, onLine) => new KeptCursor(folderOf(formation), onLine),
      now: () => now,
      warn: (formation, _fields, text) => said.push(`${formation}: ${text}`),
    });
  const addRule = async (pattern: string, name = 'log', formation = formationId): Promise<number> =>
    (await db.stores.alerts.addRule({
      formationId: formation,
      kind: 'log',
      name,
      threshold: 1,
      pattern,
      minutes: 5,
    }))!.id;
  const write = (text: string, seconds: number, formation = formationId): Promise<void> =>
    appendEvent(folderOf(formation), { process: 'web.1', text, at: at(seconds) });
  const count = (rule: number, since = at(-1e5)): Promise<number> =>
    db.stores.logMatches.countSince(rule, since);

  it('counts by rule and by when a line was written, from the first look on', async () => {
    const [errors, slow] = [await addRule('ERROR'), await addRule('took \\d{4}ms', 'slow')];
    await write('ERROR before', 0);
    const counter = made();
    await counter.look(signal);
    now = at(40);
    await write('ERROR 1', 1);
    await write('ERROR took 1234ms', 39);
    await write('fine', 39);
    await counter.look(signal);
    assert.deepEqual([await count(errors), await count(slow)], [2, 1]);
    assert.equal(await count(errors, at(30)), 1);
    await counter.look(signal);
    assert.equal(await count(errors), 2);
  });

  it('counts no line twice and none less when another goes on, and none that came much too late', async () => {
    const errors = await addRule('ERROR');
    await made().look(signal);
    await write('ERROR 1', 1);
    await made().look(signal);
    now = at(20);
    await write('ERROR 2', 15);
    await write('ERROR of yesterday', -86_400);
    await write('ERROR of a clock that is ahead', 900);
    await made().look(signal);
    assert.deepEqual([await count(errors), await count(errors, at(21))], [3, 0]);
  });

  it('says now and then that it looks, though nothing came', async () => {
    await addRule('ERROR');
    const counter = made();
    for (const seconds of [0, 5, 10, 16]) {
      now = at(seconds);
      await counter.look(signal);
    }
    assert.deepEqual((await db.stores.logMatches.positionOf(formationId))?.lookedAt, at(16));
  });

  it('keeps others going where one cannot be looked at, and forgets rules that went', async () => {
    const broken = (await storeFormation(db.stores, `other-${formations}`)).formation.id;
    await addRule('[', 'log', Math.min(broken, formationId));
    const [well] = [Math.max(broken, formationId)];
    const rule = await addRule('ERROR', 'log', well);
    const counter = made();
    await counter.look(signal);
    await write('ERROR', 0, well);
    await counter.look(signal);
    assert.equal(await count(rule), 1);
    assert.match(said[0] ?? '', /could not look for patterns/);
    await db.stores.alerts.removeRule(well, 'log');
    await write('ERROR', 0, well);
    await counter.look(signal);
    const { rows } = await db.database.raw(
      'select count(*)::int as count from log_matches where rule_id = ?',
      [rule],
    );
    assert.deepEqual(rows, [{ count: 0 }]);
  });
});
