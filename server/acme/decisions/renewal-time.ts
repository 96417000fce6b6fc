/** Of its lifetime, after which a certificate is renewed where its CA does not say when. */
const renewAfter = 2 / 3;
/** Of its lifetime, after which it is renewed whatever its CA says. */
const renewAtLatest = 9 / 10;

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

export interface Window {
  readonly start: Date;
  readonly end: Date;
}

/** When a certificate is renewed by its lifetime alone, however long that is. */
export function renewalByLifetime(validity: Validity): Date {
  return partOf(validity, renewAfter);
}

/**
 * When a certificate is renewed by what its CA suggests (RFC 9773, section 4.2): a moment of the window, which chance
 * chooses; now, when that has passed. undefined for a window without a length. @param random from 0 to 1
 */
export function renewalByWindow(
  { start, end }: Window,
  validity: Validity,
  random: number,
  now: Date,
): Date | undefined {
  const length = end.getTime() - start.getTime();
  if (!(length > 0)) return undefined;
  const chosen = Math.min(start.getTime() + random * length, partOf(validity, renewAtLatest).getTime());
  return new Date(Math.max(now.getTime(), Math.round(chosen)));
}

/** Whether a moment chosen before is still one of the window. */
export function isWithin({ start, end }: Window, moment: Date): boolean {
  return start <= moment && moment <= end;
}

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** When the CA is asked again when to renew: as it says, at least once a day and ten times in a lifetime. */
export function nextRenewalQuestion(
  { from, until }: Validity,
  retryAfterMs: number | undefined,
  now: Date,
): Date {
  const longest = Math.min(day, (until.getTime() - from.getTime()) / 10);
  return new Date(now.getTime() + Math.max(minute, Math.min(longest, retryAfterMs ?? 6 * hour)));
}

/** The moment at which so much of the lifetime has passed. */
export function partOf({ from, until }: Validity, part: number): Date {
  return new Date(Math.round(from.getTime() + part * (until.getTime() - from.getTime())));
}
