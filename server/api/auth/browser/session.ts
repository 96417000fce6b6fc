import type { GoodAt, TokenRecord } from '../../../store/people/token-store.js';

const hourMs = 60 * 60 * 1000;
/** A browser's session ends when it was not used for so long. */
const maxBrowserIdleHours = 24;
/** And so long after its sign-in, used or not. */
const maxBrowserHours = 336;

/** Which tokens are good now, when sessions end after being unused for `sessionMs`, those of browsers sooner. */
export function goodAt(now: Date, sessionMs: number): GoodAt {
  return {
    now,
    usedAfter: new Date(now.getTime() - sessionMs),
    browserUsedAfter: new Date(now.getTime() - idleMsOf({ isBrowser: true }, sessionMs)),
  };
}

/** When a token ends: of a session, unless it is used before; null for one that only its user ends. */
export function endOf(token: TokenRecord, sessionMs: number): Date | null {
  if (!token.isSession) return token.expiresAt;
  const unused = new Date((token.lastUsedAt ?? token.createdAt).getTime() + idleMsOf(token, sessionMs));
  return token.expiresAt !== null && token.expiresAt < unused ? token.expiresAt : unused;
}

/** When a browser's session that begins now ends, however much it is used. */
export function endOfBrowserSession(now: Date): Date {
  return new Date(now.getTime() + maxBrowserHours * hourMs);
}

function idleMsOf({ isBrowser }: Pick<TokenRecord, 'isBrowser'>, sessionMs: number): number {
  return isBrowser ? Math.min(sessionMs, maxBrowserIdleHours * hourMs) : sessionMs;
}
