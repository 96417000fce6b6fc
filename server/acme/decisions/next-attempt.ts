const [second, minute, hour] = [1000, 60_000, 3_600_000];

/**
 * Why an attempt came to nothing: the name's own host was not ready (which costs the CA nothing), the CA refused a
 * name, the CA takes no more for now, it refused for another reason, it did not answer.
 */
export type Setback = 'not-ready' | 'refused' | 'limited' | 'rejected' | 'unreachable';

/** The first pause, and the longest. A refused name: Let's Encrypt takes five an hour. */
const pauses: Readonly<Record<Setback, readonly [first: number, longest: number]>> = {
  'not-ready': [10 * second, 30 * minute],
  refused: [15 * minute, 12 * hour],
  limited: [1 * hour, 24 * hour],
  rejected: [10 * minute, 24 * hour],
  unreachable: [1 * minute, 1 * hour],
};

/** So often in a lifetime at least is it tried again: certificates may live for minutes. */
const triesInLifetime = 30;
const shortestPause = 10 * second;

/**
 * Milliseconds until the next attempt, after so many in a row that came to nothing: each pause is twice the one
 * before. What the CA asks for is never undercut. @param lifetimeMs of the certificate that is to be renewed
 */
export function pauseAfter(
  setback: Setback,
  failures: number,
  {
    retryAfterMs = 0,
    lifetimeMs = Infinity,
  }: { readonly retryAfterMs?: number | undefined; readonly lifetimeMs?: number | undefined } = {},
): number {
  const [first, longest] = pauses[setback];
  const doubled = Math.min(longest, first * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.max(retryAfterMs, shortestPause, Math.min(doubled, lifetimeMs / triesInLifetime));
}
