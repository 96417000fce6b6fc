import { z } from 'zod';
import { UserError } from '../../cookbooks/errors.js';
import type { Reply } from './endpoint.js';

/** What orders a list: unique per item, e.g. `[name]` or `[type, num]`. */
export type SortKey = readonly (string | number)[];

export interface PageOrder<Item> {
  readonly key: (item: Item) => SortKey;
  /** `newest` turns the order round. */
  readonly order?: 'ascending' | 'newest';
}

/** `?limit` (1-1000, default 100) and `?cursor` out of an earlier page's `next` or `previous`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(100),
  cursor: z.string().max(1000).optional(),
});

type PageQuery = z.output<typeof pageQuery>;
interface Cursor {
  readonly side: 'after' | 'before';
  readonly key: SortKey;
}

const cursorShape = z.tuple([z.enum(['after', 'before']), z.array(z.union([z.string(), z.number()])).min(1)]);

type PageCall = { readonly query: PageQuery; readonly request: { readonly originalUrl: string } };

/**
 * One page of a list as `{count, next, previous, results}`; `next` and `previous` are paths on this controller, or null. A cursor
 * names a place between items, not an offset: what is added or removed meanwhile neither repeats nor hides an item.
 * @throws UserError for a cursor that is not ours.
 */
export async function page<Item>(call: PageCall, items: readonly Item[], order: PageOrder<Item>, toJson: (item: Item) => unknown): Promise<Reply> {
  return preparedPage(call, items, order, async () => toJson);
}

/** As `page`; `prepare` looks up what the items of this page refer to, all at once, and gives the function that writes one, or undefined for one that went meanwhile. */
export async function preparedPage<Item>(call: PageCall, items: readonly Item[], { key, order }: PageOrder<Item>, prepare: (shown: readonly Item[]) => Promise<(item: Item) => unknown>): Promise<Reply> {
  const direction = order === 'newest' ? -1 : 1;
  const sorted = [...items].sort((a, b) => direction * compareKeys(key(a), key(b)));
  const { limit } = call.query;
  const start = startOf(sorted, call.query, (item, place) => direction * compareKeys(key(item), place));
  const shown = sorted.slice(start, start + limit);
  const first = start > 0 ? shown[0] : undefined;
  const last = start + limit < sorted.length ? shown.at(-1) : undefined;
  const link = (side: Cursor['side'], item: Item | undefined): string | null => (item === undefined ? null : pagePath(call.request.originalUrl, limit, { side, key: key(item) }));
  const results = shown.map(await prepare(shown)).filter((json) => json !== undefined);
  return { status: 200, body: { count: items.length, next: link('after', last), previous: link('before', first), results } };
}

function startOf<Item>(sorted: readonly Item[], { limit, cursor }: PageQuery, compare: (item: Item, place: SortKey) => number): number {
  if (cursor === undefined) return 0;
  const { side, key } = readCursor(cursor);
  const beyond = sorted.findIndex((item) => (side === 'after' ? compare(item, key) > 0 : compare(item, key) >= 0));
  const place = beyond === -1 ? sorted.length : beyond;
  return side === 'after' ? place : Math.max(0, place - limit);
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function pagePath(originalUrl: string, limit: number, cursor: Cursor): string {
  const path = originalUrl.split('?')[0] ?? '';
  const text = Buffer.from(JSON.stringify([cursor.side, cursor.key])).toString('base64url');
  return `${path}?limit=${limit}&cursor=${text}`;
}

function readCursor(text: string): Cursor {
  try {
    const [side, key] = cursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { side, key };
  } catch (cause) {
    throw new UserError('is no cursor of this list: take it from `next` or `previous`', { field: 'cursor', cause });
  }
}
