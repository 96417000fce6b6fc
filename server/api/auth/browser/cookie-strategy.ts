import type { Request } from 'express';
import { Strategy } from 'passport-strategy';
import { sessionCookie } from './session-cookie.js';

/** Passport strategy for the session of a browser in its cookie. A request with a token is left to the others. */
export class CookieStrategy<Found> extends Strategy {
  readonly name = 'cookie';

  // No #private field: passport calls an object that inherits from this one, which has none.
  constructor(private readonly ofSession: (text: string) => Promise<Found | undefined>) {
    super();
  }

  override authenticate(request: Request): void {
    const text = request.headers.authorization === undefined ? sessionCookie.read(request) : undefined;
    if (text === undefined) return this.fail(401);
    this.ofSession(text).then(
      (found) => (found === undefined ? this.fail(401) : this.success(found)),
      (error: Error) => this.error(error),
    );
  }
}
