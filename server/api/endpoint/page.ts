import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import type { Page, PageCursor, PageRequest } from '../../store/page.js';
import type { Reply } from './endpoint.js';
import { isStorable } from '../http/input/storable-text.js';

/** `?limit` (1-1000, default 100) and `?cursor` out of an earlier page's `next` or `previous`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().pipe(z.int().min(1).max(1000)).default(100),
  cursor: z.string().max(1000).optional(),
});

const cursorShape = z.tuple([z.enum(['after', 'before']), z.array(z.string().refine(isStorable)).min(1)]);

type PageCall = {
  readonly query: z.output<typeof pageQuery>;
  readonly request: { readonly originalUrl: string };
};

/**
 * One page of a list as `{count, next, previous, results}`; `next` and `previous` are paths on this
 * controller, or null. A cursor names a place between items, not an offset: what is added or removed
 * meanwhile neither repeats nor hides an item. `prepare` looks up what the items of this page refer to, all
 * at once, and gives the function that writes one, or undefined for one that went meanwhile.
 * @throws UserError for a cursor that is not ours.
 */
export async function page<Item>(
  call: PageCall,
  read: (request: PageRequest) => Promise<Page<Item>>,
  prepare: (shown: readonly Item[]) => Promise<(item: Item) => unknown>,
): Promise<Reply> {
  const { limit, cursor } = call.query;
  const { count, items, next, previous } = await read({
    limit,
    place: cursor === undefined ? undefined : readCursor(cursor),
  });
  const link = (place: PageCursor | undefined): string | null =>
    place === undefined ? null : pagePath(call.request.originalUrl, limit, place);
  const results = items.map(await prepare(items)).filter((json) => json !== undefined);
  return { status: 200, body: { count, next: link(next), previous: link(previous), results } };
}

/** As `page`, of items that stand for themselves. */
export async function plainPage<Item>(
  call: PageCall,
  read: (request: PageRequest) => Promise<Page<Item>>,
  toJson: (item: Item) => unknown,
): Promise<Reply> {
  return page(call, read, async () => toJson);
}

/** The other parameters of the list stay as they are. */
function pagePath(originalUrl: string, limit: number, { side, key }: PageCursor): string {
  const url = new URL(originalUrl, 'http://controller');
  url.searchParams.set('limit', String(limit));
  url.searchParams.set('cursor', Buffer.from(JSON.stringify([side, key])).toString('base64url'));
  return `${url.pathname}${url.search}`;
}

function readCursor(text: string): PageCursor {
  try {
    const [side, key] = cursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return { side, key };
  } catch (cause) {
    throw new UserError('is not a cursor of this list: take it from `next` or `previous`', {
      field: 'cursor',
      cause,
    });
  }
}
