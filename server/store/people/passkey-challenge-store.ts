import type { Database } from '../database.js';

/** What a browser was asked to sign. */
export interface PasskeyChallenge {
  readonly challenge: string;
  /** Of a passkey that is to be made; null of a sign-in. */
  readonly made: { readonly userId: number; readonly userHandle: string; readonly name: string } | null;
}

interface Row {
  readonly challenge: string;
  readonly user_id: number | null;
  readonly user_handle: string | null;
  readonly name: string | null;
  readonly expires_at: Date;
}

/** Sign-ins that have begun and not ended; the oldest are forgotten when there would be more. */
export const maxOpenSignIns = 10_000;

export class PasskeyChallengeStore {
  constructor(
    private readonly database: Database,
    private readonly most = maxOpenSignIns,
  ) {}

  /** Keeps it for a browser, known by a hash, until it expires; a user has one for a new passkey. */
  async insert(
    browserHash: string,
    { challenge, made }: PasskeyChallenge,
    { now, expiresAt }: { readonly now: Date; readonly expiresAt: Date },
  ): Promise<void> {
    await this.#table().where('expires_at', '<=', now).delete();
    const row = { browser_hash: browserHash, challenge, expires_at: expiresAt };
    if (made === null) {
      await this.#table().insert(row);
      await this.#keepNewest();
      return;
    }
    const { userId, userHandle, name } = made;
    await this.#table()
      .insert({ ...row, user_id: userId, user_handle: userHandle, name })
      .onConflict('user_id')
      .merge();
  }

  /** The one of a browser, which is gone then: it is good once. Undefined for none, and for one that has expired. */
  async take(browserHash: string, userId: number | null, now: Date): Promise<PasskeyChallenge | undefined> {
    const [row] = await this.#table()
      .where({ browser_hash: browserHash })
      .whereRaw('user_id is not distinct from cast(? as integer)', [userId])
      .delete()
      .returning<Row[]>(['challenge', 'user_id', 'user_handle', 'name', 'expires_at']);
    if (row === undefined || row.expires_at <= now) return undefined;
    const { challenge, user_id: of, user_handle: userHandle, name } = row;
    return {
      challenge,
      made: of === null || userHandle === null || name === null ? null : { userId: of, userHandle, name },
    };
  }

  async #keepNewest(): Promise<void> {
    const old = this.#table()
      .whereNull('user_id')
      .orderBy([{ column: 'expires_at', order: 'desc' }, { column: 'browser_hash' }])
      .offset(this.most)
      .select('browser_hash');
    await this.#table().whereIn('browser_hash', old).delete();
  }

  #table() {
    return this.database('passkey_challenges');
  }
}
