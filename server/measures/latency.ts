import type { Traffic } from '../store/app/measure-store.js';

/**
 * Milliseconds within which a share of the requests was answered, spread evenly between the bounds that a proxy counts
 * by; beyond the last bound that bound is said. Undefined without requests. @param share 0.95 for the 95th percentile
 */
export function latencyOf(took: Traffic['took'], share: number): number | undefined {
  const bounds = Object.keys(took)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((one, other) => one - other);
  const total = Object.values(took).reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let below = 0;
  for (const bound of bounds) {
    const count = took[bound] ?? 0;
    if (count > 0 && below + count >= share * total)
      return lowerBound(bound) + ((share * total - below) / count) * (bound - lowerBound(bound));
    below += count;
  }
  return latencyBounds[latencyBounds.length - 1]!;
}

/** As templates/node/proxy-traffic.lua counts. */
export const latencyBounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];

function lowerBound(bound: number): number {
  return latencyBounds.filter((each) => each < bound).pop() ?? 0;
}
