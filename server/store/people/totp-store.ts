import type { Secret } from '../../../base/secret.js';
import { Conflict } from '../../../base/errors.js';
import type { Database } from '../database.js';
import { boxRow } from '../sealing/box-rows.js';
import type { SecretBox } from '../sealing/secret-box.js';

/** The authenticator app of a user. */
export interface TotpRecord {
  /** Base32. */
  readonly secret: Secret;
  /** Null: no code was right yet, so none is asked for. */
  readonly confirmedAt: Date | null;
}

interface Row {
  readonly secret_encrypted: Buffer;
  readonly confirmed_at: Date | null;
}

const place = 'user_totp.secret_encrypted';

export class TotpStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async ofUser(userId: number): Promise<TotpRecord | undefined> {
    const row = await this.#table().where({ user_id: userId }).first<Row | undefined>();
    if (row === undefined) return undefined;
    return {
      secret: this.box.open(row.secret_encrypted, place, boxRow(userId)),
      confirmedAt: row.confirmed_at,
    };
  }

  /** Keeps a secret that is still to be confirmed, in the place of one that never was. @throws Conflict */
  async begin(userId: number, secret: Secret): Promise<void> {
    const sealed = this.box.seal(secret, place, boxRow(userId));
    const { rows } = await this.database.raw<{ rows: unknown[] }>(
      `insert into user_totp (user_id, secret_encrypted) values (?, ?)
       on conflict (user_id) do update set secret_encrypted = excluded.secret_encrypted, created_at = now()
       where user_totp.confirmed_at is null returning user_id`,
      [userId, sealed],
    );
    if (rows.length === 0) throw new Conflict('an authenticator app is set up already: take it away first');
  }

  /** From now on its codes are asked for. False when that was so already. */
  async confirm(userId: number, now: Date, codeHashes: readonly string[]): Promise<boolean> {
    const changed = await this.#table()
      .where({ user_id: userId })
      .whereNull('confirmed_at')
      .update({ confirmed_at: now });
    if (changed === 0) return false;
    await this.database('recovery_codes').where({ user_id: userId }).delete();
    await this.database('recovery_codes').insert(
      codeHashes.map((hash) => ({ user_id: userId, code_hash: hash })),
    );
    return true;
  }

  /** Notes that the code of this step was used; false when that one, or a later one, was before. */
  async useStep(userId: number, step: number): Promise<boolean> {
    const changed = await this.#table()
      .where({ user_id: userId })
      .andWhere((query) => void query.whereNull('last_step').orWhere('last_step', '<', step))
      .update({ last_step: step });
    return changed > 0;
  }

  /** Whether it is one; it is gone then. */
  async useRecoveryCode(userId: number, codeHash: string): Promise<boolean> {
    return (
      (await this.database('recovery_codes').where({ user_id: userId, code_hash: codeHash }).delete()) > 0
    );
  }

  async countRecoveryCodes(userId: number): Promise<number> {
    const row = await this.database('recovery_codes')
      .where({ user_id: userId })
      .count<{ count: string }[]>({ count: '*' });
    return Number(row[0]?.count ?? 0);
  }

  /** With its recovery codes; false when there is none. */
  async remove(userId: number): Promise<boolean> {
    return (await this.#table().where({ user_id: userId }).delete()) > 0;
  }

  #table() {
    return this.database('user_totp');
  }
}
