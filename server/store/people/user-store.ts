import { Conflict } from '../../../base/errors.js';
import { tellAccessChanged } from './access-channel.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';
import { conflictWhenTaken, conflictWhenUsed } from '../violations.js';

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  /** argon2id, PHC string; null: no password signs them in, a provider does. */
  readonly passwordHash: string | null;
  readonly isAdmin: boolean;
  readonly createdAt: Date;
}

export type NewUser = Pick<UserRecord, 'username' | 'email' | 'passwordHash' | 'isAdmin'>;

export const userColumns: Columns<UserRecord> = {
  id: 'id',
  username: 'username',
  email: 'email',
  passwordHash: 'password_hash',
  isAdmin: 'is_admin',
  createdAt: 'created_at',
};

const columns = userColumns;

export class UserStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when the name is taken. */
  async insert(user: NewUser): Promise<UserRecord> {
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, user)).returning(aliased(columns)),
      `username ${user.username} is taken`,
    );
    return rows[0] as UserRecord;
  }

  async byId(id: number): Promise<UserRecord | undefined> {
    return this.#table().where({ id }).first<UserRecord | undefined>(aliased(columns));
  }

  async byUsername(username: string): Promise<UserRecord | undefined> {
    return this.#table().where({ username }).first<UserRecord | undefined>(aliased(columns));
  }

  /** By username. */
  async page(request: PageRequest, only: { readonly isAdmin?: boolean } = {}): Promise<Page<UserRecord>> {
    return readPage(
      this.database,
      {
        rows: this.#table().where(toRow<UserRecord>(columns, only)),
        columns: aliased(columns),
        order: { keys: [{ column: 'username', type: 'text' }] },
      },
      request,
    );
  }

  /** Usernames by id, for showing who did something. */
  async usernames(ids: Iterable<number | null>): Promise<Map<number, string>> {
    const wanted = [...new Set(ids)].filter((id) => id !== null);
    const rows = await this.#table()
      .whereIn('id', wanted)
      .select<{ id: number; username: string }[]>('id', 'username');
    return new Map(rows.map((row) => [row.id, row.username]));
  }

  /**
   * Whether nobody has registered yet. Inside a transaction the answer stays true until its end, because a
   * second asker waits: only one can become the first user.
   */
  async isEmptyForUpdate(): Promise<boolean> {
    await this.database.raw('select pg_advisory_xact_lock(hashtext(?))', ['deis:first-user']);
    return (await this.#table().first('id')) === undefined;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#table().first('id')) === undefined;
  }

  /** undefined when there is no such user. @throws Conflict rather than leave no admin */
  async setAdmin(username: string, isAdmin: boolean): Promise<UserRecord | undefined> {
    return this.database.transaction(async (transaction) => {
      const admins = await transaction('users')
        .where({ is_admin: true })
        .forUpdate()
        .select<{ username: string }[]>('username');
      if (!isAdmin && admins.length === 1 && admins[0]!.username === username)
        throw new Conflict(`${username} is the last admin: make another user one first`);
      const rows = await transaction('users')
        .where({ username })
        .update({ is_admin: isAdmin })
        .returning(aliased(columns));
      const user = rows[0] as UserRecord | undefined;
      if (user !== undefined) await tellAccessChanged(transaction, user.id);
      return user;
    });
  }

  /**
   * With all that is theirs alone. @throws Conflict for the last admin while there are others, or while a
   * layer uses one of their flavors
   */
  async delete(id: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const admins = await transaction('users')
        .where({ is_admin: true })
        .forUpdate()
        .select<{ id: number }[]>('id');
      const others = await transaction('users').whereNot({ id }).first('id');
      if (admins.length === 1 && admins[0]!.id === id && others !== undefined)
        throw new Conflict('you are the last admin: make another user one first');
      await transaction('flavors')
        .where({ owner_id: id })
        .whereNotExists(transaction('layers').whereRaw('layers.flavor_id = flavors.id'))
        .delete();
      await conflictWhenUsed(
        transaction('users').where({ id }).delete(),
        'a layer of another user still uses one of your flavors: its owner must update it first',
      );
      await tellAccessChanged(transaction, id);
    });
  }

  async setPassword(id: number, passwordHash: string): Promise<void> {
    await this.#table().where({ id }).update({ password_hash: passwordHash });
    await tellAccessChanged(this.database, id);
  }

  #table() {
    return this.database('users');
  }
}
