import type { Request, Response } from 'express';
import { Passport, type AuthenticateCallback } from 'passport';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { Strategy as LocalStrategy } from 'passport-local';
import type { Stores } from '../../store/stores.js';
import type { TokenRecord } from '../../store/token-store.js';
import type { UserRecord } from '../../store/user-store.js';
import { isPassword } from './password.js';
import { goodAt } from './session.js';
import { hashToken } from './token.js';
import { TokenStrategy } from './token-strategy.js';

/** A busy token's last use is noted no more often than this. */
const touchEveryMs = 60_000;

/** Who calls, and with which token. */
export interface Authenticated {
  readonly user: UserRecord;
  readonly token: TokenRecord;
}

/**
 * Finds out who calls, through passport: username and password, `Authorization: token X`, `Authorization:
 * Bearer X`. Keeps no sessions.
 */
export class Authenticator {
  readonly #passport = new Passport();

  constructor(
    private readonly stores: Stores,
    private readonly now: () => Date,
    /** A session ends when it was not used for so long. */
    private readonly sessionMs: number,
  ) {
    const ofToken = (token: string): Promise<Authenticated | undefined> => this.ofToken(token);
    this.#passport.use(
      new LocalStrategy(
        { session: false },
        settled((username: string, password: string) => this.#userOfPassword(username, password)),
      ),
    );
    this.#passport.use(new BearerStrategy(settled(ofToken)));
    this.#passport.use(new TokenStrategy(ofToken));
  }

  /**
   * The token that the Authorization header holds, and whose it is; undefined for none, a wrong or an expired
   * one.
   */
  byToken(request: Request, response: Response): Promise<Authenticated | undefined> {
    return this.#run<Authenticated>(['token', 'bearer'], request, response);
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

  /** Whose token this is; undefined of a wrong or an expired one. Notes its use. */
  async ofToken(text: string): Promise<Authenticated | undefined> {
    const now = this.now();
    const found = await this.stores.tokens.authenticate(hashToken(text), goodAt(now, this.sessionMs));
    if (found !== undefined && now.getTime() - (found.token.lastUsedAt?.getTime() ?? 0) > touchEveryMs)
      await this.stores.tokens.touch(found.token.id, now);
    return found;
  }

  async #userOfPassword(username: string, password: string): Promise<UserRecord | undefined> {
    const user = await this.stores.users.byUsername(username);
    return (await isPassword(password, user?.passwordHash)) ? user : undefined;
  }
}

/** A promise of who calls as passport's verify callback: `done(error, user or false)`. */
function settled<Args extends unknown[], Found>(find: (...args: Args) => Promise<Found | undefined>) {
  return (...args: [...Args, (error: unknown, found?: Found | false) => void]): void => {
    const done = args.at(-1) as (error: unknown, found?: Found | false) => void;
    find(...(args.slice(0, -1) as Args)).then((found) => done(null, found ?? false), done);
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
