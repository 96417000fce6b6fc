import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../../base/errors.js';
import { page, pageQuery, plainPage } from '../../../../server/api/endpoint/page.js';
import { readPage } from '../../../../server/store/page.js';
import { createTestDatabase, type TestDatabase } from '../../../support/server/database.js';

interface Thing {
  readonly num: number;
}

interface Body {
  count: number;
  next: string | null;
  previous: string | null;
  results: number[];
}

describe('pages of a list', function () {
  this.timeout(60_000);
  let db: TestDatabase;
  before(async () => {
    db = await createTestDatabase();
    await db.database.schema.createTable('things', (table) => {
      table.text('name').notNullable();
      table.integer('num').notNullable();
      table.timestamp('at').notNullable();
      table.unique(['name', 'num']);
    });
  });
  after(() => db.close());

  /** Two numbers share a name, so that both columns count. */
  const fill = async (items: readonly number[]): Promise<void> => {
    await db.database('things').delete();
    if (items.length > 0)
      await db
        .database('things')
        .insert(
          items.map((num) => ({ name: nameOf(num), num, at: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, num)) })),
        );
  };
  const nameOf = (num: number): string => `it's "${String(Math.floor(num / 2)).padStart(3, '0')}" ü`;
  const pair = [
    { column: 'name', type: 'text' },
    { column: 'things.num', type: 'bigint' },
  ] as const;
  const moment = [{ column: 'at', type: 'timestamptz' }] as const;

  async function read(url: string, order: 'ascending' | 'newest' = 'ascending'): Promise<Body> {
    const query = pageQuery.parse(Object.fromEntries(new URL(url, 'http://controller').searchParams));
    const listing = {
      rows: db.database('things'),
      columns: ['num'],
      order: order === 'newest' ? { keys: moment, descending: true } : { keys: pair },
    };
    const reply = await plainPage(
      { query, request: { originalUrl: url } },
      (request) => readPage<Thing>(db.database, listing, request),
      ({ num }) => num,
    );
    return reply.body as Body;
  }

  it('give everything when it fits, and nothing of an empty list', async () => {
    await fill([3, 1, 2]);
    assert.deepEqual(await read('/api/keys'), { count: 3, next: null, previous: null, results: [1, 2, 3] });
    await fill([]);
    assert.deepEqual(await read('/api/keys'), { count: 0, next: null, previous: null, results: [] });
  });

  it('walk forth and back over every item once, in either order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 14 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('ascending' as const, 'newest' as const),
        async (items, limit, order) => {
          await fill(items);
          const names = await db.database('things').orderBy(['name', 'num']).pluck<number[]>('num');
          const wanted = order === 'newest' ? [...items].sort((a, b) => b - a) : names;
          const seen: number[] = [];
          let last: Body | undefined;
          for (let url: string | null = `/x?limit=${limit}`; url !== null; url = last.next) {
            last = await read(url, order);
            assert.equal(last.count, items.length);
            seen.push(...last.results);
          }
          assert.deepEqual(seen, wanted);
          const back: number[] = [...(last?.results ?? [])];
          for (let url = last?.previous ?? null; url !== null;) {
            const before: Body = await read(url, order);
            assert.notEqual(before.next, null);
            back.unshift(...before.results);
            url = before.previous;
          }
          assert.deepEqual(back, wanted);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('neither repeat nor hide an item when others come and go between two', async () => {
    await fill([10, 20, 30, 40]);
    const first = await read('/x?limit=2');
    assert.deepEqual(first.results, [10, 20]);
    await fill([5, 10, 25, 30, 40]);
    assert.deepEqual((await read(first.next!)).results, [25, 30]);
    await fill([5]);
    assert.deepEqual(await read(first.next!), { count: 1, next: null, previous: null, results: [] });
  });

  it('keep the other parameters of the list', async () => {
    await fill([1, 2]);
    const query = { limit: 1, cursor: undefined };
    const reply = await page(
      { query, request: { originalUrl: '/x?state=failed&limit=1' } },
      (request) =>
        readPage<Thing>(
          db.database,
          { rows: db.database('things'), columns: ['num'], order: { keys: pair } },
          request,
        ),
      async () =>
        ({ num }) =>
          num,
    );
    assert.match(String((reply.body as Body).next), /^\/x\?state=failed&limit=1&cursor=/);
  });

  it('refuse a cursor that is not of this list and a limit out of bounds', async () => {
    await fill([1]);
    const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const wrong = [
      'x',
      'bnVsbA',
      cursor(['after', []]),
      cursor(['after', ['a']]),
      cursor(['after', ['a', 'b']]),
      cursor(['after', ['a', '9'.repeat(30)]]),
      cursor(['after', ['\0', '1']]),
      cursor(['after', ['\ud800', '1']]),
      cursor(['beside', ['a', '1']]),
      cursor(['after', ['a', 1]]),
      cursor(['after', ['a', '1', '2']]),
    ];
    for (const each of wrong)
      await assert.rejects(
        read(`/x?cursor=${each}`),
        (error) => error instanceof UserError && error.field === 'cursor',
        each,
      );
    for (const at of [
      'now',
      '2026-01-01',
      '2026-13-99 00:00:00+00',
      "2026-01-01 00:00:00+00'; drop table things; --",
    ])
      await assert.rejects(read(`/x?cursor=${cursor(['after', [at]])}`, 'newest'), UserError, at);
    for (const limit of ['0', '-1', '1001', '2.5', 'all', ''])
      assert.equal(pageQuery.safeParse({ limit }).success, false, limit);
  });
});
