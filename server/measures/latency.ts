import type { Traffic } from '../store/app/measure-store.js';

/**
 * Milliseconds within which a share of the requests was answered, spread evenly between the bounds that a proxy counts
 * by; beyond the last bound that bound is said. Undefined without requests. @param share 0.95 for the 95th percentile
 */
export function latencyOf(took: Traffic['took'], share: number): number | undefined {
  const total = Object.values(took).reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let [below, lower] = [0, 0];
  for (const bound of latencyBounds) {
    const count = took[bound] ?? 0;
    if (count > 0 && below + count >= share * total)
      return lower + ((share * total - below) / count) * (bound - lower);
    [below, lower] = [below + count, bound];
  }
  return lower;
}

/** As templates/node/proxy-traffic.lua counts. */
export const latencyBounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];
