import type { Flavor } from '../api/types.js';

/** Where a new formation runs: on nodes of its own by a flavor, on those of another, or with null nowhere yet. */
export interface Place {
  readonly flavor?: string;
  readonly on?: string | null;
}

/** Places to choose from, by a word for each: what they are called. */
export function placeNames(flavors: readonly Flavor[], hosts: readonly string[]): Record<string, string> {
  return Object.fromEntries([
    ...flavors.map(({ id }) => [`flavor ${id}`, `its own, of flavor ${id}`]),
    ...hosts.map((name) => [`on ${name}`, `those of ${name}, which it shares`]),
    ['none', 'its own, none yet: its layers are made later'],
  ]) as Record<string, string>;
}

/** The place that a word stands for. */
export function placeOf(word: string): Place {
  const [kind, name = ''] = word.split(' ');
  if (kind === 'flavor') return { flavor: name };
  // Not left out: then it would live on a default host, where there is one.
  return { on: kind === 'on' ? name : null };
}
