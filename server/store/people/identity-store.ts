import { Secret } from '../../../base/secret.js';
import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';
import type { SecretBox } from '../sealing/secret-box.js';
import { conflictWhenTaken } from '../violations.js';
import { tellAccessChanged } from './access-channel.js';
import { userColumns, type UserRecord } from './user-store.js';

/** Who a user is to a provider of OpenID Connect. */
export interface IdentityRecord {
  readonly id: number;
  readonly userId: number;
  readonly issuer: string;
  /** What the issuer knows somebody by, for ever; never given to another. */
  readonly subject: string;
  /** What people know it by; nothing is decided by it. */
  readonly label: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type NewIdentity = Omit<IdentityRecord, 'id' | 'createdAt'>;

const columns: Columns<IdentityRecord> = {
  id: 'id',
  userId: 'user_id',
  issuer: 'issuer',
  subject: 'subject',
  label: 'label',
  createdAt: 'created_at',
  lastUsedAt: 'last_used_at',
};

/** Of sign-ins under way, which a browser keeps in a cookie. */
const cookie = { place: 'cookies.oidc', row: '' } as const;

export class IdentityStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** @throws Conflict when it is linked already */
  async insert(identity: NewIdentity): Promise<IdentityRecord> {
    const rows = await conflictWhenTaken(
      this.#table().insert(toRow(columns, identity)).returning(aliased(columns)),
      'that account of the provider is linked to a user here already',
    );
    return rows[0] as IdentityRecord;
  }

  /** Whose it is. */
  async userOf(issuer: string, subject: string): Promise<UserRecord | undefined> {
    return this.database('users')
      .join('user_identities', 'users.id', 'user_identities.user_id')
      .where({ issuer, subject })
      .first<UserRecord | undefined>(aliased(userColumns, 'users'));
  }

  /** Notes a sign-in. @returns its id; undefined when it was unlinked meanwhile */
  async touch(issuer: string, subject: string, now: Date): Promise<number | undefined> {
    const rows = await this.#table()
      .where({ issuer, subject })
      .update({ last_used_at: now })
      .returning<{ id: number }[]>('id');
    return rows[0]?.id;
  }

  /** Oldest first: a handful. */
  async ofUser(userId: number): Promise<IdentityRecord[]> {
    return this.#table().where({ user_id: userId }).orderBy('id').select<IdentityRecord[]>(aliased(columns));
  }

  /**
   * With the sessions that it began, but for the one that asks. False when the user has none of this id; within a
   * transaction.
   */
  async remove(userId: number, id: number, current: { readonly id: number }): Promise<boolean> {
    await this.database('tokens').where({ id: current.id, identity_id: id }).update({ identity_id: null });
    const deleted = await this.#table().where({ user_id: userId, id }).delete();
    await tellAccessChanged(this.database, userId);
    return deleted > 0;
  }

  /** Notes that a sign-in was finished; false when it was before. Forgets those that have ended. */
  async useState(stateHash: string, expiresAt: Date, now: Date): Promise<boolean> {
    await this.database('oidc_used_states').where('expires_at', '<=', now).delete();
    const rows = await this.database('oidc_used_states')
      .insert({ state_hash: stateHash, expires_at: expiresAt })
      .onConflict('state_hash')
      .ignore()
      .returning<unknown[]>('state_hash');
    return rows.length > 0;
  }

  /** What a browser keeps of a sign-in under way, and cannot read. */
  seal(text: string): string {
    return this.box.seal(new Secret(text), cookie.place, cookie.row).toString('base64url');
  }

  /** @throws UnreadableBox for what was not sealed here */
  open(sealed: string): string {
    return this.box.open(Buffer.from(sealed, 'base64url'), cookie.place, cookie.row).reveal();
  }

  #table() {
    return this.database('user_identities');
  }
}
