import type { Knex } from 'knex';
import { UserError } from '../../base/errors.js';
import type { Database } from './database.js';

/** A column that orders a list, and its type in SQL. */
export interface PageKey {
  readonly column: string;
  readonly type: 'text' | 'bigint' | 'timestamptz' | 'uuid';
}

/** What orders a list: together unique per row. */
export interface PageOrder {
  readonly keys: readonly PageKey[];
  readonly descending?: boolean;
}

export const byName: PageOrder = { keys: [{ column: 'name', type: 'text' }] };

/**
 * A place between two rows: right behind or right before the one that has this key (as text). The row itself
 * may be gone.
 */
export interface PageCursor {
  readonly side: 'after' | 'before';
  readonly key: readonly string[];
}

export interface PageRequest {
  /** At least 1. */
  readonly limit: number;
  /** Absent: from the beginning. */
  readonly place?: PageCursor | undefined;
}

/** What stands at one place of a list. */
export interface Page<Item> {
  /** Of the whole list. */
  readonly count: number;
  readonly items: readonly Item[];
  /** Where the neighbours begin; undefined where there is none. */
  readonly next?: PageCursor | undefined;
  readonly previous?: PageCursor | undefined;
}

type Row<Item> = Item & {
  readonly pageKey: readonly string[];
  readonly pageCount: number;
  readonly pageBehind: boolean;
};

/** A list in the database. */
export interface Listing {
  /** Table, joins and conditions; selects nothing. */
  readonly rows: Knex.QueryBuilder;
  /**
   * The same rows in disjoint parts that each have an index in the list's order, all columns selected: of
   * each no more is read than the page needs.
   */
  readonly parts?: readonly Knex.QueryBuilder[];
  /** `column as field` of what the page's items are. */
  readonly columns: readonly string[];
  readonly order: PageOrder;
}

/**
 * One page of a list, read by the database alone and in one statement, however long the list is.
 * @throws UserError for a place that is none of this list
 */
export async function readPage<Item extends object>(
  database: Database,
  listing: Listing,
  { limit, place }: PageRequest,
): Promise<Page<Item>> {
  const scope = new Scope(database, listing, place);
  const rows = await scope.rows<Item>(limit + 1);
  const shown = rows.slice(0, limit);
  if (place?.side === 'before') shown.reverse();
  const { more, behind } = {
    more: rows.length > limit,
    behind: place !== undefined && shown[0]?.pageBehind === true,
  };
  const [hasNext, hasPrevious] = place?.side === 'before' ? [behind, more] : [more, behind];
  return {
    count: shown[0]?.pageCount ?? (place === undefined ? 0 : await scope.count()),
    items: shown.map(
      ({ pageKey: _key, pageCount: _count, pageBehind: _behind, ...item }) => item as unknown as Item,
    ),
    next: hasNext ? { side: 'after', key: shown.at(-1)!.pageKey } : undefined,
    previous: hasPrevious ? { side: 'before', key: shown[0]!.pageKey } : undefined,
  };
}

/** As `readPage`, each row made into what the store gives out. */
export function mapPage<Row, Item>({ items, ...page }: Page<Row>, toItem: (row: Row) => Item): Page<Item> {
  return { ...page, items: items.map(toItem) };
}

function foreignCursor(cause?: unknown): UserError {
  return new UserError('is not a cursor of this list: take it from `next` or `previous`', {
    field: 'cursor',
    cause,
  });
}

const readable: Readonly<Record<PageKey['type'], RegExp>> = {
  text: /^[^\0\p{Surrogate}]*$/u,
  bigint: /^-?\d{1,18}$/,
  timestamptz: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** A list as it looks from one place. */
class Scope {
  constructor(
    private readonly database: Database,
    private readonly list: Listing,
    private readonly place: PageCursor | undefined,
  ) {
    const { keys } = list.order;
    const fits =
      place === undefined ||
      (place.key.length === keys.length &&
        place.key.every((value, index) => readable[keys[index]!.type].test(value)));
    if (!fits) throw foreignCursor();
  }

  /** From the place on, in the list's order; before the place backwards. */
  async rows<Item>(limit: number): Promise<Row<Item>[]> {
    const backwards = (this.place?.side === 'before') !== this.#descending;
    const order = this.list.order.keys.map(({ column }) => ({
      column,
      order: backwards ? ('desc' as const) : ('asc' as const),
    }));
    const { parts } = this.list;
    const rows = (parts === undefined ? this.list.rows.clone() : this.#firstOf(parts, order, limit))
      .select([...this.list.columns])
      .select(this.database.raw(`array[${this.#keys('::text')}] as "pageKey"`))
      .select({ pageCount: this.#counted() });
    if (this.place !== undefined)
      void rows
        .whereRaw(...this.#beyond(this.place, true))
        .select({ pageBehind: this.#isAnyBehind(this.place) });
    try {
      return (await rows.orderBy(order).limit(limit)) as Row<Item>[];
    } catch (error) {
      // Data exceptions (class 22): a month 13 in a cursor that somebody made.
      const isOfCursor =
        this.place !== undefined &&
        error instanceof Error &&
        'code' in error &&
        String(error.code).startsWith('22');
      throw isOfCursor ? foreignCursor(error) : error;
    }
  }

  /** The page is among the first rows of each part. */
  #firstOf(
    parts: readonly Knex.QueryBuilder[],
    order: { column: string; order: 'asc' | 'desc' }[],
    limit: number,
  ): Knex.QueryBuilder {
    const firsts = parts.map((part) => {
      const first = part.clone().orderBy(order).limit(limit);
      return this.place === undefined ? first : first.whereRaw(...this.#beyond(this.place, true));
    });
    return this.database.from(this.database.unionAll(firsts, true).as('firsts'));
  }

  async count(): Promise<number> {
    const [row] = (await this.#counted()) as { count: number }[];
    return row!.count;
  }

  get #descending(): boolean {
    return this.list.order.descending === true;
  }

  #counted(): Knex.QueryBuilder {
    return this.list.rows.clone().count('* as count');
  }

  #isAnyBehind(place: PageCursor): Knex.Raw {
    const behind = this.list.rows
      .clone()
      .whereRaw(...this.#beyond(place, false))
      .select(this.database.raw('1'));
    return this.database.raw('exists (?)', [behind]);
  }

  /** Condition of the rows from the place on, or of those on its other side. */
  #beyond({ side, key }: PageCursor, ahead: boolean): [sql: string, values: string[]] {
    const forwards = (side === 'after') !== this.#descending;
    const operator = forwards ? (ahead ? '>' : '<=') : ahead ? '<' : '>=';
    return [
      `(${this.#keys('')}) ${operator} (${this.list.order.keys.map(({ type }) => `?::${type}`).join(', ')})`,
      [...key],
    ];
  }

  #keys(cast: string): string {
    return this.list.order.keys
      .map(
        ({ column }) =>
          `${column
            .split('.')
            .map((part) => `"${part}"`)
            .join('.')}${cast}`,
      )
      .join(', ');
  }
}
