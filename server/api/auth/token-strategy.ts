import type { Request } from 'express';
import { Strategy } from 'passport-strategy';

/** Passport strategy for `Authorization: token X`, the scheme of the clients of 2013. */
export class TokenStrategy<Found> extends Strategy {
  readonly name = 'token';

  // No #private field: passport calls an object that inherits from this one, which has none.
  constructor(private readonly ofToken: (token: string) => Promise<Found | undefined>) {
    super();
  }

  override authenticate(request: Request): void {
    const token = /^token +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return this.fail(401);
    this.ofToken(token).then(
      (found) => (found === undefined ? this.fail(401) : this.success(found)),
      (error: Error) => this.error(error),
    );
  }
}
