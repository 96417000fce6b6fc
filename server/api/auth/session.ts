import type { GoodAt, TokenRecord } from '../../store/people/token-store.js';

/** Which tokens are good now, when sessions end after being unused for `sessionMs`. */
export function goodAt(now: Date, sessionMs: number): GoodAt {
  return { now, usedAfter: new Date(now.getTime() - sessionMs) };
}

/** When a token ends: of a session, unless it is used before; null for one that only its user ends. */
export function endOf(token: TokenRecord, sessionMs: number): Date | null {
  if (!token.isSession) return token.expiresAt;
  return new Date((token.lastUsedAt ?? token.createdAt).getTime() + sessionMs);
}
