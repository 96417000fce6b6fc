const maxRetryAfterMs = 31 * 86_400_000;

/**
 * Milliseconds that a `Retry-After` header asks for (RFC 9110): seconds or a date. undefined for none, and for what is
 * neither; 31 days at most.
 */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,12}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, ms));
}
