import type { Flavor } from '../../api/types.js';

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

const maxNamed = 5;

/** Where a new formation could run, in a sentence; undefined: nowhere yet. */
export function groundInWords(
  flavors: readonly Pick<Flavor, 'id'>[],
  hosts: readonly { readonly id: string }[],
): string | undefined {
  const ways = [
    ...(flavors.length === 0 ? [] : [`on nodes of its own, by flavor ${named(flavors)}`]),
    ...(hosts.length === 0 ? [] : [`on the nodes of ${named(hosts)}`]),
  ];
  return ways.length === 0 ? undefined : `An app can live ${ways.join(', or ')}.`;
}

/** `a, b or c`; of many the first. */
function named(all: readonly { readonly id: string }[]): string {
  const names = all.slice(0, maxNamed).map(({ id }) => id);
  if (all.length > maxNamed) return `${names.join(', ')} or another`;
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}
