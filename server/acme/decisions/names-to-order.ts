import { partOf, type Validity } from './renewal-time.js';

/** Of its lifetime, after which a certificate is renewed without names that are not ready. */
const giveUpNamesAfter = 5 / 6;

export interface OrderQuestion {
  /** What the certificate is to be good for. */
  readonly wanted: readonly string[];
  /** Those of them that nothing speaks against. */
  readonly ready: ReadonlySet<string>;
  /** What serves now. */
  readonly current?: { readonly domains: readonly string[]; readonly validity: Validity } | undefined;
  readonly renewAt: Date | null;
  readonly now: Date;
}

/**
 * The names to be ordered now; none: there is nothing to be ordered, or it would take TLS from a name that still has
 * it. A certificate is ordered when there is none, when one of the wanted names is not on it, and when it is to be
 * renewed. One that still serves a name which is not ready is left alone until most of its lifetime has passed.
 */
export function namesToOrder({ wanted, ready, current, renewAt, now }: OrderQuestion): readonly string[] {
  const good = wanted.filter((name) => ready.has(name));
  if (current === undefined || current.validity.until <= now) return good;
  const adds = good.some((name) => !current.domains.includes(name));
  if (!adds && !(renewAt !== null && renewAt <= now)) return [];
  const loses = wanted.some((name) => current.domains.includes(name) && !ready.has(name));
  return loses && now < namesGivenUpAt(current.validity) ? [] : good;
}

/** When a certificate is renewed even if a name that it serves is not ready. */
export function namesGivenUpAt(validity: Validity): Date {
  return partOf(validity, giveUpNamesAfter);
}
