import type { Request } from 'express';
import { Strategy } from 'passport-strategy';
import type { UserRecord } from '../store/user-store.js';

/** Passport strategy for `Authorization: token X`, the scheme of the clients of 2013. */
export class TokenStrategy extends Strategy {
  readonly name = 'token';

  // No #private field: passport calls an object that inherits from this one, which has none.
  constructor(private readonly userOfToken: (token: string) => Promise<UserRecord | undefined>) {
    super();
  }

  override authenticate(request: Request): void {
    const token = /^token +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return this.fail(401);
    this.userOfToken(token).then(
      (user) => (user === undefined ? this.fail(401) : this.success(user)),
      (error: Error) => this.error(error),
    );
  }
}
