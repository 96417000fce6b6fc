import { pauseAfter, type Setback } from './next-attempt.js';
import type { Validity } from './renewal-time.js';

/** How far the certificate of the API is. */
export interface OwnProgress {
  /** Of the certificate that there is. */
  readonly current: Validity | undefined;
  readonly renewAt: Date | null;
  /** When the CA is asked again when to renew. */
  readonly askRenewalAt: Date | null;
  /** No attempt before. */
  readonly notBefore: Date | null;
}

/** What is due: an order, the question when to renew, or nothing. */
export function ownStep(
  { current, renewAt, askRenewalAt, notBefore }: OwnProgress,
  now: Date,
): 'order' | 'ask' | undefined {
  const isGood = current !== undefined && current.until > now;
  if (!isGood || (renewAt !== null && renewAt <= now))
    return notBefore !== null && notBefore > now ? undefined : 'order';
  return askRenewalAt === null || askRenewalAt <= now ? 'ask' : undefined;
}

/** How often in a row it has come to nothing for the same reason: a host that is mended begins anew at the CA. */
export function failuresOf(
  before: { readonly failures: number; readonly setback: string | null },
  setback: Setback,
): number {
  return before.setback === setback ? before.failures + 1 : 1;
}

/** So many attempts are held up by an answer that is not ours; then the CA is asked what it sees. */
const maxHeldUp = 5;

/** Whether what was found at the name keeps the CA from being asked. */
export function isHeldUp(
  { isSure }: { readonly isSure: boolean },
  before: { readonly failures: number; readonly setback: string | null },
): boolean {
  if (isSure || before.setback === null) return true;
  return before.setback === 'not-ready' && before.failures < maxHeldUp;
}

/** There is no command to try again: an operator who has mended something waits this long at most. */
const longestMs = 3_600_000;

/** As `pauseAfter`; a CA that takes no more for now is left alone for as long as that says. */
export function ownPause(
  setback: Setback,
  failures: number,
  given: { readonly retryAfterMs?: number | undefined; readonly lifetimeMs?: number | undefined },
): number {
  const pauseMs = pauseAfter(setback, failures, given);
  return setback === 'limited' ? pauseMs : Math.max(given.retryAfterMs ?? 0, Math.min(longestMs, pauseMs));
}
