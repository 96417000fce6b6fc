import { Conflict } from '../../../base/errors.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import { byName, readPage, type Page, type PageRequest } from '../page.js';
import type { UserRecord } from './user-store.js';
import { conflictWhenTaken } from '../violations.js';

export interface KeyRecord {
  readonly id: number;
  readonly userId: number;
  readonly name: string;
  /** OpenSSH form, `ssh-ed25519 AAAA...`, without comment. */
  readonly publicKey: string;
  /** `SHA256:...` as ssh-keygen -l prints it. */
  readonly fingerprint: string;
  readonly createdAt: Date;
}

export type NewKey = Pick<KeyRecord, 'userId' | 'name' | 'publicKey' | 'fingerprint'>;

/** A key together with whose it is. */
export interface KeyOwner {
  readonly key: KeyRecord;
  readonly user: Pick<UserRecord, 'id' | 'username'>;
}

const columns: Columns<KeyRecord> = {
  id: 'id',
  userId: 'user_id',
  name: 'name',
  publicKey: 'public_key',
  fingerprint: 'fingerprint',
  createdAt: 'created_at',
};

export class KeyStore {
  constructor(private readonly database: Database) {}

  /** @throws Conflict when the user has this key or one of its name, or anybody has this key (not said who). */
  async insert(key: NewKey): Promise<KeyRecord> {
    const own = await this.#table()
      .where({ user_id: key.userId })
      .andWhere((either) => void either.where({ name: key.name }).orWhere({ fingerprint: key.fingerprint }))
      .orderByRaw('fingerprint = ? desc', [key.fingerprint])
      .first<Pick<KeyRecord, 'name' | 'fingerprint'> | undefined>('name', 'fingerprint');
    if (own?.fingerprint === key.fingerprint)
      throw new Conflict(`you have this key already, named ${own.name}`);
    if (own !== undefined)
      throw new Conflict(`you have a key named ${key.name} already: give this one another name (--id=NAME)`);
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, key)).returning(aliased(columns)),
      'another account here has this key, and each key is of one account. Make one for this account ' +
        '(ssh-keygen -t ed25519 -f ~/.ssh/deis), add ~/.ssh/deis.pub, and have git use it in your repository: ' +
        'git config core.sshCommand "ssh -i ~/.ssh/deis -o IdentitiesOnly=yes"',
    );
    return rows[0] as KeyRecord;
  }

  /** By name. */
  async pageOfUser(userId: number, request: PageRequest): Promise<Page<KeyRecord>> {
    return readPage(
      this.database,
      {
        rows: this.#table().where({ user_id: userId }),
        columns: aliased(columns),
        order: byName,
      },
      request,
    );
  }

  async byName(userId: number, name: string): Promise<KeyRecord | undefined> {
    return this.#table().where({ user_id: userId, name }).first<KeyRecord | undefined>(aliased(columns));
  }

  async byFingerprint(fingerprint: string): Promise<KeyOwner | undefined> {
    const row = await this.#table()
      .join('users', 'users.id', 'keys.user_id')
      .where('keys.fingerprint', fingerprint)
      .first<(KeyRecord & { username: string }) | undefined>([
        ...aliased(columns, 'keys'),
        'users.username as username',
      ]);
    if (row === undefined) return undefined;
    const { username, ...key } = row;
    return { key, user: { id: key.userId, username } };
  }

  /** False when the user has no key of this name. */
  async delete(userId: number, name: string): Promise<boolean> {
    return (await this.#table().where({ user_id: userId, name }).delete()) > 0;
  }

  #table() {
    return this.database('keys');
  }
}
