import type { Knex } from 'knex';
import { tellAccessChanged } from './access-channel.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import { conflictWhenTaken } from '../violations.js';

/** What a user signs in with in the place of the password: the public half is here, a device has the other. */
export interface PasskeyRecord {
  readonly id: number;
  readonly userId: number;
  readonly name: string;
  /** WebAuthn's RP ID. */
  readonly domain: string;
  readonly credentialId: string;
  /** COSE. */
  readonly publicKey: Buffer;
  /** Of uses, as the authenticator counts them; 0 of one that does not. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** By which the authenticator names the user. */
  readonly userHandle: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type NewPasskey = Omit<PasskeyRecord, 'id' | 'createdAt' | 'lastUsedAt'>;
/** As PostgreSQL's driver gives it: bigint is text. */
type Row = Omit<PasskeyRecord, 'counter'> & { readonly counter: string };

const columns: Columns<PasskeyRecord> = {
  id: 'id',
  userId: 'user_id',
  name: 'name',
  domain: 'domain',
  credentialId: 'credential_id',
  publicKey: 'public_key',
  counter: 'counter',
  transports: 'transports',
  userHandle: 'user_handle',
  createdAt: 'created_at',
  lastUsedAt: 'last_used_at',
};

export class PasskeyStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when the user has one of this name, or anybody has this one */
  async insert(passkey: NewPasskey): Promise<PasskeyRecord> {
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, passkey)).returning<Row[]>(aliased(columns)),
      'you have a passkey of this name already, or this very passkey is in use',
    );
    return recordOf(rows[0]!);
  }

  /** By name. */
  async pageOfUser(userId: number, request: PageRequest): Promise<Page<PasskeyRecord>> {
    const rows = this.#table().where({ user_id: userId });
    const order = { keys: [{ column: 'name', type: 'text' as const }] };
    const page = await readPage<Row>(this.database, { rows, columns: aliased(columns), order }, request);
    return { ...page, items: page.items.map(recordOf) };
  }

  /** In the order in which they were added. */
  async allOfUser(userId: number): Promise<PasskeyRecord[]> {
    const rows = await this.#table().where({ user_id: userId }).orderBy('id').select<Row[]>(aliased(columns));
    return rows.map(recordOf);
  }

  async byCredential(credentialId: string): Promise<PasskeyRecord | undefined> {
    const row = await this.#table()
      .where({ credential_id: credentialId })
      .first<Row | undefined>(aliased(columns));
    return row && recordOf(row);
  }

  /** Notes that it was used; false when it is gone, or has counted so far before: somebody may have a copy of it. */
  async use(id: number, counter: number, now: Date): Promise<boolean> {
    const changed = await this.#table()
      .where({ id })
      .whereRaw('(counter < :counter or (counter = 0 and :counter = 0))', { counter })
      .update({ counter, last_used_at: now });
    return changed > 0;
  }

  /**
   * With the sessions that it began, but for the one that asks. False when the user has none of this name; within a
   * transaction.
   */
  async delete(userId: number, name: string, current: { readonly id: number }): Promise<boolean> {
    const passkey = (): Knex.QueryBuilder => this.#table().where({ user_id: userId, name });
    await this.database('tokens')
      .where({ id: current.id })
      .whereIn('passkey_id', passkey().select('id'))
      .update({ passkey_id: null });
    const deleted = await passkey().delete();
    await tellAccessChanged(this.database, userId);
    return deleted > 0;
  }

  #table() {
    return this.database('passkeys');
  }
}

function recordOf(row: Row): PasskeyRecord {
  return { ...row, counter: Number(row.counter) };
}
