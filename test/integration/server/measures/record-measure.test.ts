import assert from 'node:assert/strict';
import type { NamedContainer } from '../../../../provisioner/node-commands/measures.js';
import { readSeries } from '../../../../server/measures/read-series.js';
import { recordMeasure } from '../../../../server/measures/record-measure.js';
import { removeOldMeasures } from '../../../../server/measures/remove-old-measures.js';
import { maxRowsPerNode, resolutions } from '../../../../server/measures/resolutions.js';
import type { ReadNow } from '../../../../server/measures/take-measure.js';
import type { MeasuredNode } from '../../../../server/store/app/measure-store.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';
import { storeFormation } from '../../../support/server/stored-formation.js';

const id = 'a'.repeat(64);
const named = new Map<string, NamedContainer>([
  [id, { id, formation: 'app', process: 'web.1', release: 1, port: 5001 }],
]);
const start = Date.parse('2026-11-29T12:00:00Z');
const minMs = 5000;

/** Half a core, 2 requests in a second, of which one in 10 fails. */
function reading(seconds: number): ReadNow {
  return {
    at: new Date(start + seconds * 1000),
    host: {
      containers: [{ id, cpuMicroseconds: seconds * 500_000, memory: 1000 + seconds, memoryLimit: null }],
      disks: [],
      traffic: {
        statuses: { 2: Math.round(seconds * 1.8), 5: Math.round(seconds * 0.2) },
        took: { 25: seconds * 2 },
      },
    },
    named,
    restartsOf: () => Math.floor(seconds / 1000),
  };
}

describe('measures of nodes', function () {
  this.timeout(60_000);
  let db: TestDatabase;
  let node: MeasuredNode;
  before(async () => (db = await createTestDatabase()));
  after(() => db.close());
  let formations = 0;
  beforeEach(async () => {
    const { formation } = await storeFormation(db.stores, `shop-${(formations += 1)}`);
    node = { formationId: formation.id, node: 'shop-node-1' };
  });

  const record = (seconds: number, of = node): Promise<unknown> =>
    recordMeasure(db.stores, of, reading(seconds), minMs);
  const rows = async (): Promise<Record<number, number>> => {
    const found = await db
      .database('node_measures')
      .where({ formation_id: node.formationId })
      .groupBy('resolution')
      .select<{ resolution: number; rows: number }[]>('resolution', db.database.raw('count(*) as rows'));
    return Object.fromEntries(found.map(({ resolution, rows: count }) => [resolution, count]));
  };
  /** Rows as if the node had been read all the time until then. */
  const fill = async (until: number): Promise<void> => {
    for (const { seconds, keepSeconds } of resolutions)
      await db.database.raw(
        `insert into node_measures (formation_id, resolution, node, at, measure)
         select :formation, :seconds, :node, to_timestamp(n * :seconds),
           '{"seconds": 10, "containers": {}, "disks": {}}'
         from generate_series(cast(:first as int), cast(:last as int)) n`,
        {
          formation: node.formationId,
          node: node.node,
          seconds,
          first: Math.floor((start / 1000 + until - keepSeconds * 1.2) / seconds),
          last: Math.floor((start / 1000 + until) / seconds),
        },
      );
  };

  const rowOf = async (resolution: 10 | 600, at: number) =>
    (await db.stores.measures.find(node, [{ resolution, at: new Date(at) }])).get(resolution);

  it('cost the database a handful of queries for each formation that a node is read for', async () => {
    await record(0);
    const asked: string[] = [];
    const note = ({ sql }: { readonly sql: string }): void => void asked.push(sql);
    db.database.on('query', note);
    await record(10);
    db.database.off('query', note);
    assert.ok(asked.length <= 8, asked.join('\n'));
    assert.deepEqual(await rows(), { 10: 1, 60: 1, 600: 1 });
  });

  it('stand in a row of each resolution, added up', async () => {
    for (let seconds = 0; seconds <= 120; seconds += 10) await record(seconds);
    assert.deepEqual(await rows(), { 10: 12, 60: 3, 600: 1 });
    const measure = await rowOf(600, start);
    assert.deepEqual(measure, {
      seconds: 120,
      containers: {
        'web.1 5001': {
          process: 'web.1',
          release: 1,
          cpuMs: 60_000,
          memory: 1120,
          memoryLimit: null,
          restarts: 0,
        },
      },
      traffic: { statuses: { 2: 216, 5: 24 }, took: { 25: 240 } },
      disks: {},
    });
  });

  it('are at most so many of a node, for however long it is read', async () => {
    await fill(0);
    assert.ok(Object.values(await rows()).reduce((sum, count) => sum + count) > maxRowsPerNode * 1.1);
    await record(0);
    await record(10);
    const counts = await rows();
    assert.equal(Object.values(counts).reduce((sum, count) => sum + count) <= maxRowsPerNode, true);
    assert.deepEqual(counts, { 10: 361, 60: 1441, 600: 1009 });
  });

  it('of nodes that are gone are taken away in time', async () => {
    await record(0);
    await fill(0);
    await removeOldMeasures(db.stores, new Date(start + 8 * 86_400_000));
    assert.deepEqual(await rows(), {});
    assert.deepEqual(await db.database('node_readings').where({ formation_id: node.formationId }), []);
  });

  it('count once when two controllers read a node at once', async () => {
    await record(0);
    await Promise.all([record(10), record(10), record(11), record(12)]);
    const measure = await rowOf(600, start);
    const { 2: good, 5: bad } = measure!.traffic!.statuses;
    assert.ok(measure!.seconds >= 10 && measure!.seconds <= 12);
    assert.equal(good, Math.round(measure!.seconds * 1.8));
    assert.equal(bad, 2);
  });

  it('have no gap in what was counted when the controller was away', async () => {
    await record(0);
    await record(10);
    await record(500);
    const measure = await rowOf(600, start);
    assert.deepEqual([measure!.seconds, measure!.traffic!.took['25']], [500, 1000]);
  });

  it('begin anew when the clock was set back', async () => {
    await record(1000);
    assert.equal(await record(0), undefined);
    await record(10);
    assert.equal((await rowOf(10, start + 10_000))!.seconds, 10);
  });

  it('are a series of at most so many steps, from the resolution that reaches back', async () => {
    for (let seconds = 0; seconds <= 120; seconds += 10) await record(seconds);
    const now = new Date(start + 121_000);
    const series = (from: number, steps: number): ReturnType<typeof readSeries> =>
      readSeries(db.stores, node.formationId, { from: new Date(start + from * 1000), to: now, steps }, now);
    const fine = await series(0, 60);
    assert.equal(fine.stepSeconds, 10);
    assert.deepEqual(fine.traffic[0]!.requests.slice(-4), [2, 2, 2, 2]);
    assert.deepEqual(fine.processes[0]!.cpu.slice(-2), [0.5, 0.5]);
    const week = await series(-30 * 86_400, 100);
    assert.ok(week.count <= 100 && week.stepSeconds % 600 === 0);
    assert.equal(week.traffic[0]!.requests.at(-1), 2);
    assert.equal(week.count * week.stepSeconds >= 7 * 86_400 - week.stepSeconds, true);
  });

  it('go with their formation', async () => {
    await record(0);
    await record(10);
    await db.database('formations').where({ id: node.formationId }).delete();
    assert.deepEqual(await rows(), {});
  });
});
