import type { Database } from '../database.js';
import { readPage, type Page, type PageRequest } from '../page.js';

/** A formation that its owner offers to somebody else. */
export interface TransferRecord {
  readonly formationId: number;
  /** Name of the formation. */
  readonly formation: string;
  readonly fromId: number;
  /** Username of the owner who offers it. */
  readonly from: string;
  readonly toId: number;
  /** Username of the heir. */
  readonly to: string;
  readonly createdAt: Date;
  /** From then on it is none any more. */
  readonly expiresAt: Date;
}

export type NewTransfer = Pick<TransferRecord, 'formationId' | 'fromId' | 'toId' | 'createdAt' | 'expiresAt'>;

const columns = [
  'transfers.formation_id as formationId',
  'formations.name as formation',
  'transfers.from_id as fromId',
  'givers.username as from',
  'transfers.to_id as toId',
  'heirs.username as to',
  'transfers.created_at as createdAt',
  'transfers.expires_at as expiresAt',
];

/** Offers of ownership, at most one of a formation. Those whose time is over count as none. */
export class TransferStore {
  constructor(private readonly database: Database) {}

  /**
   * In the place of any other: whether there is an open one is to be asked before, under the formation's
   * lock.
   */
  async insert({ formationId, fromId, toId, createdAt, expiresAt }: NewTransfer): Promise<void> {
    const row = {
      formation_id: formationId,
      from_id: fromId,
      to_id: toId,
      created_at: createdAt,
      expires_at: expiresAt,
    };
    await this.database('transfers').insert(row).onConflict('formation_id').merge();
  }

  /** The open one of a formation. */
  async ofFormation(formationId: number, now: Date): Promise<TransferRecord | undefined> {
    return this.#open(now)
      .where('transfers.formation_id', formationId)
      .first<TransferRecord | undefined>(columns);
  }

  /** The open one by which the user is offered the formation of this name. */
  async toUser(userId: number, formation: string, now: Date): Promise<TransferRecord | undefined> {
    const rows = this.#open(now).where({ 'transfers.to_id': userId, 'formations.name': formation });
    return rows.first<TransferRecord | undefined>(columns);
  }

  /** The open ones that the user has made or got, by formation. */
  async pageOfUser(userId: number, now: Date, request: PageRequest): Promise<Page<TransferRecord>> {
    const rows = this.#open(now).where(
      (either) => void either.where('transfers.from_id', userId).orWhere('transfers.to_id', userId),
    );
    return readPage(
      this.database,
      { rows, columns, order: { keys: [{ column: 'formations.name', type: 'text' }] } },
      request,
    );
  }

  async delete(formationId: number): Promise<void> {
    await this.database('transfers').where({ formation_id: formationId }).delete();
  }

  #open(now: Date) {
    return this.database('transfers')
      .join('formations', 'formations.id', 'transfers.formation_id')
      .join('users as givers', 'givers.id', 'transfers.from_id')
      .join('users as heirs', 'heirs.id', 'transfers.to_id')
      .where('transfers.expires_at', '>', now);
  }
}
