import { createHash } from 'node:crypto';
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { clientNetwork } from '../../../base/client-network.js';
import type { Database } from '../../store/database.js';
import { HttpError } from '../http/http-error.js';

/** Tries per window. */
export interface AuthLimitSettings {
  /** Logins and registrations from one address, right or wrong. */
  readonly perAddress: { readonly points: number; readonly seconds: number };
  /** Wrong passwords for one username from one address. */
  readonly perUser: { readonly points: number; readonly seconds: number };
  /** Wrong codes of one user, from anywhere: only who has the password gets so far. */
  readonly perCode: { readonly points: number; readonly seconds: number };
  /** Usernames that one user asks about, there or not. */
  readonly perLookup: { readonly points: number; readonly seconds: number };
}

export const defaultAuthLimits: AuthLimitSettings = {
  perAddress: { points: 60, seconds: 60 },
  perUser: { points: 10, seconds: 900 },
  perCode: { points: 20, seconds: 900 },
  perLookup: { points: 60, seconds: 900 },
};

/** Slows down guessing. Addresses of one IPv6 /64 count as one: a single host may use all of them. */
export class AuthLimits {
  readonly #perAddress: RateLimiterAbstract;
  readonly #perUser: RateLimiterAbstract;
  readonly #perCode: RateLimiterAbstract;
  readonly #perLookup: RateLimiterAbstract;

  /**
   * @param settings those left out are as by default
   * @param database counts there, for all controllers together; absent: in this process
   */
  constructor(settings: Partial<AuthLimitSettings> = {}, database?: Database) {
    const { perAddress, perUser, perCode, perLookup } = { ...defaultAuthLimits, ...settings };
    this.#perAddress = limiter('address', perAddress, database);
    this.#perUser = limiter('user', perUser, database);
    this.#perCode = limiter('code', perCode, database);
    this.#perLookup = limiter('lookup', perLookup, database);
  }

  /** Counts one try from an address. @throws HttpError 429 with Retry-After in seconds. */
  async countAddress(address: string): Promise<void> {
    await consume(this.#perAddress, clientNetwork(address));
  }

  /**
   * Counts one try for a user name, before the password is looked at, so that a burst of parallel guesses
   * counts too. The address is part of the key: nobody can lock another out from elsewhere. @throws HttpError
   * 429 with Retry-After in seconds.
   */
  async countLogin(address: string, username: string): Promise<void> {
    await consume(this.#perUser, loginKey(address, username));
  }

  /** Counts one code of a user, before it is looked at. @throws HttpError 429 with Retry-After in seconds. */
  async countCode(userId: number): Promise<void> {
    await consume(this.#perCode, String(userId));
  }

  /** A right code clears the count. */
  async forgiveCode(userId: number): Promise<void> {
    await this.#perCode.delete(String(userId));
  }

  /**
   * Counts one username that a user asks about: the answer says whether there is such a user.
   * @throws HttpError 429 with Retry-After in seconds.
   */
  async countLookup(userId: number): Promise<void> {
    await consume(this.#perLookup, String(userId));
  }

  /** A right password clears the count. */
  async forgiveLogin(address: string, username: string): Promise<void> {
    await this.#perUser.delete(loginKey(address, username));
  }
}

function limiter(
  keyPrefix: string,
  { points, seconds }: AuthLimitSettings['perUser'],
  database: Database | undefined,
): RateLimiterAbstract {
  const options = { keyPrefix, points, duration: seconds };
  if (database === undefined) return new RateLimiterMemory(options);
  return new RateLimiterPostgres({
    ...options,
    storeClient: database,
    storeType: 'knex',
    tableName: 'auth_limits',
    tableCreated: true,
  });
}

/** Of one length: names are as long as a stranger likes. */
function loginKey(address: string, username: string): string {
  return createHash('sha256')
    .update(`${clientNetwork(address)} ${username}`)
    .digest('hex');
}

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new HttpError(429, `too many tries: wait ${seconds} seconds`, { 'Retry-After': String(seconds) });
  }
}
