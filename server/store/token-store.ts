import { aliased, toRow, type Columns } from './columns.js';
import type { Database } from './database.js';

export interface TokenRecord {
  readonly id: number;
  readonly userId: number;
  /** sha256 of the token, hex. The token itself is stored nowhere. */
  readonly hash: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

export type NewToken = Pick<TokenRecord, 'userId' | 'hash' | 'name' | 'expiresAt'>;

const columns: Columns<TokenRecord> = {
  id: 'id',
  userId: 'user_id',
  hash: 'hash',
  name: 'name',
  createdAt: 'created_at',
  lastUsedAt: 'last_used_at',
  expiresAt: 'expires_at',
};

export class TokenStore {
  constructor(private readonly database: Database) {}

  async insert(token: NewToken): Promise<TokenRecord> {
    const rows = await this.#table().insert(toRow(columns, token)).returning(aliased(columns));
    return rows[0] as TokenRecord;
  }

  /** The token of this hash unless it has expired. */
  async validByHash(hash: string, now: Date): Promise<TokenRecord | undefined> {
    return this.#table()
      .where({ hash })
      .where((either) => void either.whereNull('expires_at').orWhere('expires_at', '>', now))
      .first<TokenRecord | undefined>(aliased(columns));
  }

  /** Newest first. */
  async ofUser(userId: number): Promise<TokenRecord[]> {
    return this.#table().where({ user_id: userId }).orderBy('id', 'desc').select<TokenRecord[]>(aliased(columns));
  }

  /** Notes the use; at most once a minute per token, so that a busy client does not write on each request. */
  async touch(id: number, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - 60_000);
    await this.#table()
      .where({ id })
      .where((either) => void either.whereNull('last_used_at').orWhere('last_used_at', '<', stale))
      .update({ last_used_at: now });
  }

  async deleteByHash(hash: string): Promise<boolean> {
    return (await this.#table().where({ hash }).delete()) > 0;
  }

  async deleteOfUser(userId: number): Promise<void> {
    await this.#table().where({ user_id: userId }).delete();
  }

  #table() {
    return this.database('tokens');
  }
}
