import type { Request, Response } from 'express';
import { Passport, type AuthenticateCallback } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import {
  callerStrategies,
  type Authenticated,
  type CallerStrategy,
  type FindToken,
} from './caller-strategies.js';
import { isPassword } from './password.js';
import { goodAt } from './browser/session.js';
import { settled } from './settled.js';
import { hashToken } from './token.js';

/** A busy token's last use is noted no more often than this. */
const touchEveryMs = 60_000;

/**
 * Finds out who calls, through passport: by username and password, or by the first of the strategies that finds
 * a token.
 */
export class Authenticator {
  readonly #passport = new Passport();

  constructor(
    private readonly stores: Stores,
    private readonly now: () => Date,
    /** A session ends when it was not used for so long. */
    private readonly sessionMs: number,
    private readonly strategies: readonly CallerStrategy[] = callerStrategies,
  ) {
    const ofToken: FindToken = (token, from) => this.ofToken(token, from);
    this.#passport.use(
      new LocalStrategy(
        { session: false },
        settled((username: string, password: string) => this.#userOfPassword(username, password)),
      ),
    );
    for (const { name, create } of strategies) this.#passport.use(name, create(ofToken));
  }

  /**
   * The token that the request holds, and whose it is; undefined for none, a wrong or an expired
   * one.
   */
  byToken(request: Request, response: Response): Promise<Authenticated | undefined> {
    const names = this.strategies.map(({ name }) => name);
    return this.#run<Authenticated>(names, request, response);
  }

  /**
   * The user whose `username` and `password` the body holds; takes as long for unknown users as for known
   * ones.
   */
  byPassword(request: Request, response: Response): Promise<UserRecord | undefined> {
    return this.#run<UserRecord>(['local'], request, response);
  }

  #run<Found>(strategies: string[], request: Request, response: Response): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      const done: AuthenticateCallback = (error: unknown, user) =>
        error ? reject(asError(error)) : resolve(user ? (user as Found) : undefined);
      const handler = this.#passport.authenticate(strategies, { session: false }, done) as (
        request: Request,
        response: Response,
        next: (error: unknown) => void,
      ) => void;
      handler(request, response, (error) => reject(asError(error)));
    });
  }

  /**
   * Whose token this is; undefined of a wrong or an expired one, and of a browser's session that comes from elsewhere
   * than its cookie. Notes its use.
   */
  async ofToken(text: string, from: 'header' | 'cookie' = 'header'): Promise<Authenticated | undefined> {
    const now = this.now();
    const found = await this.stores.tokens.authenticate(hashToken(text), goodAt(now, this.sessionMs), {
      isBrowser: from === 'cookie',
    });
    if (found !== undefined && now.getTime() - (found.token.lastUsedAt?.getTime() ?? 0) > touchEveryMs)
      await this.stores.tokens.touch(found.token.id, now);
    return found;
  }

  async #userOfPassword(username: string, password: string): Promise<UserRecord | undefined> {
    const user = await this.stores.users.byUsername(username);
    return (await isPassword(password, user?.passwordHash)) ? user : undefined;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
