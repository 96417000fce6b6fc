import type { Request, Response } from 'express';
import { Passport, type AuthenticateCallback } from 'passport';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { Strategy as LocalStrategy } from 'passport-local';
import type { Stores } from '../store/stores.js';
import type { UserRecord } from '../store/user-store.js';
import { isPassword } from './password.js';
import { hashToken } from './token.js';
import { TokenStrategy } from './token-strategy.js';

/** A busy token's last use is noted no more often than this. */
const touchEveryMs = 60_000;

/** Finds out who calls, through passport: username and password, `Authorization: token X`, `Authorization: Bearer X`. Keeps no sessions. */
export class Authenticator {
  readonly #passport = new Passport();

  constructor(
    private readonly stores: Stores,
    private readonly now: () => Date,
  ) {
    const userOfToken = (token: string): Promise<UserRecord | undefined> => this.#userOfToken(token);
    this.#passport.use(new LocalStrategy({ session: false }, settled((username: string, password: string) => this.#userOfPassword(username, password))));
    this.#passport.use(new BearerStrategy(settled(userOfToken)));
    this.#passport.use(new TokenStrategy(userOfToken));
  }

  /** The user whose token the Authorization header holds; undefined for none, a wrong or an expired one. */
  byToken(request: Request, response: Response): Promise<UserRecord | undefined> {
    return this.#run(['token', 'bearer'], request, response);
  }

  /** The user whose `username` and `password` the body holds; takes as long for unknown users as for known ones. */
  byPassword(request: Request, response: Response): Promise<UserRecord | undefined> {
    return this.#run(['local'], request, response);
  }

  #run(strategies: string[], request: Request, response: Response): Promise<UserRecord | undefined> {
    return new Promise((resolve, reject) => {
      const done: AuthenticateCallback = (error: unknown, user) => (error ? reject(asError(error)) : resolve(user ? (user as UserRecord) : undefined));
      const handler = this.#passport.authenticate(strategies, { session: false }, done) as (request: Request, response: Response, next: (error: unknown) => void) => void;
      handler(request, response, (error) => reject(asError(error)));
    });
  }

  async #userOfToken(token: string): Promise<UserRecord | undefined> {
    const now = this.now();
    const record = await this.stores.tokens.validByHash(hashToken(token), now);
    if (record === undefined) return undefined;
    if (now.getTime() - (record.lastUsedAt?.getTime() ?? 0) > touchEveryMs) await this.stores.tokens.touch(record.id, now);
    return this.stores.users.byId(record.userId);
  }

  async #userOfPassword(username: string, password: string): Promise<UserRecord | undefined> {
    const user = await this.stores.users.byUsername(username);
    return (await isPassword(password, user?.passwordHash)) ? user : undefined;
  }
}

/** A promise of a user as passport's verify callback: `done(error, user or false)`. */
function settled<Args extends unknown[]>(find: (...args: Args) => Promise<UserRecord | undefined>) {
  return (...args: [...Args, (error: unknown, user?: UserRecord | false) => void]): void => {
    const done = args.at(-1) as (error: unknown, user?: UserRecord | false) => void;
    find(...(args.slice(0, -1) as Args)).then((user) => done(null, user ?? false), done);
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
