/**
 * An object of these entries with its keys in code unit order (numbers ascending, as JavaScript orders them).
 */
export function sortedByKey<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
