import type { Knex } from 'knex';
import { tellAccessChanged } from './access-channel.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import { userColumns, type UserRecord } from './user-store.js';

export interface TokenRecord {
  readonly id: number;
  readonly userId: number;
  /** sha256 of the token, hex. The token itself is stored nowhere. */
  readonly hash: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  /** `read`: looks, and sees no config values; `deploy`: pushes, config, rollback and scale of one formation. */
  readonly scope: 'all' | 'read' | 'deploy';
  /** Of a deploy token. */
  readonly formationId: number | null;
  /** Made by a login or a registration: it ends when it is not used for a time. */
  readonly isSession: boolean;
  /** A session of a browser: only its cookie may carry it, and it ends at `expiresAt` however much it is used. */
  readonly isBrowser: boolean;
  /** Of a browser's session that a passkey began. */
  readonly passkeyId: number | null;
  /** Of a browser's session that an account of a provider began. */
  readonly identityId: number | null;
}

export type NewToken = Pick<TokenRecord, 'userId' | 'hash' | 'name' | 'expiresAt'> &
  Partial<
    Pick<
      TokenRecord,
      'scope' | 'formationId' | 'isSession' | 'isBrowser' | 'lastUsedAt' | 'passkeyId' | 'identityId'
    >
  >;

/** Which tokens are good: those that have not expired, and of sessions those that were used of late. */
export interface GoodAt {
  readonly now: Date;
  /** Sessions that were last used then, or before, have ended. */
  readonly usedAfter: Date;
  /** The same of the sessions of browsers. */
  readonly browserUsedAfter: Date;
}

/** A token with the names of the formation that it is for, and of the passkey that began it. */
export type ListedToken = TokenRecord & {
  readonly formationName: string | null;
  readonly passkeyName: string | null;
};

const columns: Columns<TokenRecord> = {
  id: 'id',
  userId: 'user_id',
  hash: 'hash',
  name: 'name',
  createdAt: 'created_at',
  lastUsedAt: 'last_used_at',
  expiresAt: 'expires_at',
  scope: 'scope',
  formationId: 'formation_id',
  isSession: 'is_session',
  isBrowser: 'is_browser',
  passkeyId: 'passkey_id',
  identityId: 'identity_id',
};

/** `tokens.user_id as "token_userId"`: two records in one row. */
function prefixed(prefix: string, table: string, of: Readonly<Record<string, string>>): string[] {
  return Object.entries(of).map(([field, column]) => `${table}.${column} as "${prefix}_${field}"`);
}

const named = ['formations.name as formationName', 'passkeys.name as passkeyName'];

/** Bound to a GoodAt. */
const isGood = `(tokens.expires_at is null or tokens.expires_at > :now)
  and (not tokens.is_session or coalesce(tokens.last_used_at, tokens.created_at)
    > case when tokens.is_browser then cast(:browserUsedAfter as timestamptz)
      else cast(:usedAfter as timestamptz) end)`;

/** Written once, not built anew: every request asks it. */
const authentication = `
  select ${[...prefixed('token', 'tokens', columns), ...prefixed('user', 'users', userColumns)].join(', ')}
  from tokens join users on users.id = tokens.user_id
  where tokens.hash = :hash and tokens.is_browser = :isBrowser and ${isGood}`;

export class TokenStore {
  constructor(private readonly database: Database) {}

  async insert(token: NewToken): Promise<TokenRecord> {
    const rows = await this.#table().insert(toRow(columns, token)).returning(aliased(columns));
    return rows[0] as TokenRecord;
  }

  /**
   * The token of this hash unless it has ended, with its user: one query, as every request makes it. Only who asks for
   * sessions of browsers gets one, and no other token.
   */
  async authenticate(
    hash: string,
    good: GoodAt,
    { isBrowser = false }: { readonly isBrowser?: boolean } = {},
  ): Promise<{ readonly token: TokenRecord; readonly user: UserRecord } | undefined> {
    const { rows } = await this.database.raw<{ rows: Record<string, unknown>[] }>(authentication, {
      hash,
      isBrowser,
      ...good,
    });
    const [row] = rows;
    return (
      row && {
        token: unprefixed(row, 'token') as unknown as TokenRecord,
        user: unprefixed(row, 'user') as unknown as UserRecord,
      }
    );
  }

  /** Those that have not ended, newest first. */
  async pageOfUser(
    userId: number,
    good: GoodAt,
    request: PageRequest,
    only: { readonly isBrowser?: boolean } = {},
  ): Promise<Page<ListedToken>> {
    const rows = this.#table()
      .leftJoin('formations', 'formations.id', 'tokens.formation_id')
      .leftJoin('passkeys', 'passkeys.id', 'tokens.passkey_id')
      .where({ 'tokens.user_id': userId, ...(only.isBrowser && { 'tokens.is_browser': true }) })
      .whereRaw(`(${isGood})`, { ...good });
    const order = { keys: [{ column: 'tokens.id', type: 'bigint' as const }], descending: true };
    return readPage(
      this.database,
      { rows, columns: [...aliased(columns, 'tokens'), ...named], order },
      request,
    );
  }

  /** Notes the use; at most once a minute per token, so that a busy client does not write on each request. */
  async touch(id: number, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - 60_000);
    await this.#table()
      .where({ id })
      .where((either) => void either.whereNull('last_used_at').orWhere('last_used_at', '<', stale))
      .update({ last_used_at: now });
  }

  /** False when the user has none of this id. */
  async deleteOfUser(
    userId: number,
    id: number,
    only: { readonly isBrowser?: boolean } = {},
  ): Promise<boolean> {
    const deleted = await this.#table()
      .where({ user_id: userId, id, ...(only.isBrowser && { is_browser: true }) })
      .delete();
    await tellAccessChanged(this.database, userId);
    return deleted > 0;
  }

  async deleteAll(userId: number): Promise<void> {
    await this.#table().where({ user_id: userId }).delete();
    await tellAccessChanged(this.database, userId);
  }

  /** All of the user's but this one. */
  async deleteOthers(userId: number, id: number): Promise<void> {
    await this.#table().where({ user_id: userId }).whereNot({ id }).delete();
    await tellAccessChanged(this.database, userId);
  }

  /** Ends the sessions of the user's browsers but those `most` that were used last. */
  async keepUsedSessions(userId: number, most: number): Promise<void> {
    const sessions = (): Knex.QueryBuilder => this.#table().where({ user_id: userId, is_browser: true });
    const kept = sessions()
      .orderByRaw('coalesce(last_used_at, created_at) desc, id desc')
      .limit(most)
      .select('id');
    if ((await sessions().whereNotIn('id', kept).delete()) > 0)
      await tellAccessChanged(this.database, userId);
  }

  /** Forgets those that have ended. Resolves to their number. */
  async removeEnded(good: GoodAt): Promise<number> {
    return this.#table()
      .whereRaw(`not (${isGood})`, { ...good })
      .delete();
  }

  async setHash(id: number, hash: string): Promise<void> {
    const [token] = await this.#table()
      .where({ id })
      .update({ hash })
      .returning<{ user_id: number }[]>('user_id');
    if (token !== undefined) await tellAccessChanged(this.database, token.user_id);
  }

  #table() {
    return this.database('tokens');
  }
}

function unprefixed(row: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => name.startsWith(`${prefix}_`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );
}
