import { aliased, toRow, type Columns } from './columns.js';
import type { Database } from './database.js';
import { readPage, type Page, type PageRequest } from './page.js';
import { conflictWhenTaken } from './violations.js';

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  /** argon2id, PHC string. */
  readonly passwordHash: string;
  readonly isAdmin: boolean;
  readonly createdAt: Date;
}

export type NewUser = Pick<UserRecord, 'username' | 'email' | 'passwordHash' | 'isAdmin'>;

const columns: Columns<UserRecord> = {
  id: 'id',
  username: 'username',
  email: 'email',
  passwordHash: 'password_hash',
  isAdmin: 'is_admin',
  createdAt: 'created_at',
};

export class UserStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when the name is taken. */
  async insert(user: NewUser): Promise<UserRecord> {
    const rows = await conflictWhenTaken(this.#table().insert(toRow(columns, user)).returning(aliased(columns)), `username ${user.username} is taken`);
    return rows[0] as UserRecord;
  }

  async byId(id: number): Promise<UserRecord | undefined> {
    return this.#table().where({ id }).first<UserRecord | undefined>(aliased(columns));
  }

  async byUsername(username: string): Promise<UserRecord | undefined> {
    return this.#table().where({ username }).first<UserRecord | undefined>(aliased(columns));
  }

  /** By username. */
  async page(request: PageRequest): Promise<Page<UserRecord>> {
    return readPage(this.database, { rows: this.#table(), columns: aliased(columns), order: { keys: [{ column: 'username', type: 'text' }] } }, request);
  }

  /** Usernames by id, for showing who did something. */
  async usernames(ids: Iterable<number | null>): Promise<Map<number, string>> {
    const wanted = [...new Set(ids)].filter((id) => id !== null);
    const rows = await this.#table().whereIn('id', wanted).select<{ id: number; username: string }[]>('id', 'username');
    return new Map(rows.map((row) => [row.id, row.username]));
  }

  /**
   * Whether nobody has registered yet. Inside a transaction the answer stays true until its end, because a second asker waits:
   * only one can become the first user.
   */
  async isEmptyForUpdate(): Promise<boolean> {
    await this.database.raw('select pg_advisory_xact_lock(hashtext(?))', ['deis:first-user']);
    return (await this.#table().first('id')) === undefined;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#table().first('id')) === undefined;
  }

  async setPassword(id: number, passwordHash: string): Promise<void> {
    await this.#table().where({ id }).update({ password_hash: passwordHash });
  }

  #table() {
    return this.database('users');
  }
}
