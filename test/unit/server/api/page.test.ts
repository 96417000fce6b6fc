import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../../../cookbooks/errors.js';
import { page, pageQuery } from '../../../../server/api/page.js';

interface Body {
  count: number;
  next: string | null;
  previous: string | null;
  results: number[];
}

async function read(items: readonly number[], url: string, order: 'ascending' | 'newest' = 'ascending'): Promise<Body> {
  const query = pageQuery.parse(Object.fromEntries(new URL(url, 'http://controller').searchParams));
  const reply = await page({ query, request: { originalUrl: url } }, items, { key: (item) => [item], order }, (item) => item);
  return reply.body as Body;
}

describe('page', () => {
  it('gives everything when it fits', async () => {
    assert.deepEqual(await read([3, 1, 2], '/api/keys'), { count: 3, next: null, previous: null, results: [1, 2, 3] });
    assert.deepEqual(await read([], '/api/keys'), { count: 0, next: null, previous: null, results: [] });
  });

  it('walks forth and back over every item once, in either order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer(), { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), fc.constantFrom('ascending' as const, 'newest' as const), async (items, limit, order) => {
        const wanted = [...items].sort((a, b) => (order === 'newest' ? b - a : a - b));
        const seen: number[] = [];
        let last: Body | undefined;
        for (let url: string | null = `/x?limit=${limit}`; url !== null; url = last.next) {
          last = await read(items, url, order);
          seen.push(...last.results);
        }
        assert.deepEqual(seen, wanted);
        const back: number[] = [...(last?.results ?? [])];
        for (let url = last?.previous ?? null; url !== null; ) {
          const before: Body = await read(items, url, order);
          back.unshift(...before.results.filter((item) => !back.includes(item)));
          url = before.previous;
        }
        assert.deepEqual(back, wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('neither repeats nor hides an item when others come and go between two pages', async () => {
    const first = await read([10, 20, 30, 40], '/x?limit=2');
    assert.deepEqual(first.results, [10, 20]);
    assert.deepEqual((await read([5, 10, 25, 30, 40], first.next!)).results, [25, 30]);
  });

  it('refuses a cursor that it did not make and a limit out of bounds', async () => {
    for (const cursor of ['x', 'bnVsbA', Buffer.from('["after",[]]').toString('base64url')]) {
      await assert.rejects(read([1], `/x?cursor=${cursor}`), (error) => error instanceof UserError && error.field === 'cursor');
    }
    for (const limit of ['0', '-1', '1001', '2.5', 'all', '']) assert.equal(pageQuery.safeParse({ limit }).success, false, limit);
  });
});
