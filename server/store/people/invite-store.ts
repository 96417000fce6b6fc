import { aliased, toRow, type Columns } from '../columns.js';
import type { Database } from '../database.js';

export interface InviteRecord {
  readonly id: number;
  /** sha256 of the code, hex. */
  readonly codeHash: string;
  readonly email: string | null;
  readonly invitedBy: number | null;
  readonly usedBy: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

export type NewInvite = Pick<InviteRecord, 'codeHash' | 'email' | 'invitedBy' | 'expiresAt'>;

const columns: Columns<InviteRecord> = {
  id: 'id',
  codeHash: 'code_hash',
  email: 'email',
  invitedBy: 'invited_by',
  usedBy: 'used_by',
  createdAt: 'created_at',
  expiresAt: 'expires_at',
  usedAt: 'used_at',
};

export class InviteStore {
  constructor(private readonly database: Database) {}

  async insert(invite: NewInvite): Promise<InviteRecord> {
    const rows = await this.#table().insert(toRow(columns, invite)).returning(aliased(columns));
    return rows[0] as InviteRecord;
  }

  /**
   * The unused, unexpired invite of this code, locked until the transaction ends so that a code works once.
   */
  async openForUpdate(codeHash: string, now: Date): Promise<InviteRecord | undefined> {
    return this.#table()
      .where({ code_hash: codeHash })
      .whereNull('used_at')
      .where('expires_at', '>', now)
      .forUpdate()
      .first<InviteRecord | undefined>(aliased(columns));
  }

  async markUsed(id: number, userId: number, now: Date): Promise<void> {
    await this.#table().where({ id }).update({ used_by: userId, used_at: now });
  }

  #table() {
    return this.database('invites');
  }
}
