import { createHash, randomBytes } from 'node:crypto';

/**
 * 32 random bytes as base64url: a login token, an invitation or a setup code. Shown once, stored as
 * `hashToken` only.
 */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** sha256, hex. No salt: a token has too many random bits to be looked up in a table. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
