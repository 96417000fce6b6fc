/** A certificate that there is or was, and the names that it was ordered for. */
export interface Pack {
  readonly name: string;
  readonly domains: readonly string[];
  /** It is ordered now in any case, so that its names may move. */
  readonly isDue: boolean;
  /** It takes no more names, and keeps those that it has. */
  readonly isFrozen?: boolean;
}

export interface Packed {
  readonly name: string;
  /** Sorted. */
  readonly domains: readonly string[];
}

/**
 * Shares names out to as few certificates as may be, without an order for one that is good for all of its names.
 * New names, and those of certificates that are due, go together: into one that has room for all, else into new
 * groups as large as the CA allows. Each name is in one of them. @param taken names that new ones may not have
 */
export function packNames(
  names: readonly string[],
  packs: readonly Pack[],
  { maxNames, taken = new Set() }: { readonly maxNames: number; readonly taken?: ReadonlySet<string> },
): Packed[] {
  const wanted = new Set(names);
  const placed = new Set<string>();
  const kept = packs
    .filter(({ isDue }) => !isDue)
    .map((pack) => ({
      ...pack,
      domains: pack.domains.filter((name) => wanted.has(name) && !placed.has(name) && placed.add(name)),
    }))
    .filter(({ domains }) => domains.length > 0);
  const loose = [...wanted].filter((name) => !placed.has(name)).sort();
  const roomy = kept
    .filter(({ domains, isFrozen = false }) => !isFrozen && domains.length + loose.length <= maxNames)
    .sort((a, b) => b.domains.length - a.domains.length)[0];
  if (roomy !== undefined) roomy.domains = [...roomy.domains, ...loose];
  const groups = roomy === undefined ? chunks(loose, maxNames) : [];
  const reused = packs.filter(({ isDue }) => isDue).map(({ name }) => name);
  const fresh = freshNames(new Set([...packs.map(({ name }) => name), ...taken]));
  const made = groups.map((domains) => ({ name: reused.shift() ?? fresh(), domains }));
  return [...kept, ...made].map(({ name, domains }) => ({ name, domains: [...domains].sort() }));
}

/** Of about the same length, and as few as may be. */
function chunks(names: readonly string[], max: number): string[][] {
  const count = Math.ceil(names.length / max);
  return Array.from({ length: count }, (_each, index) =>
    names.slice(Math.floor((index * names.length) / count), Math.floor(((index + 1) * names.length) / count)),
  );
}

/** auto-1, auto-2 and so on, but for those that are taken. */
function freshNames(taken: ReadonlySet<string>): () => string {
  let number = 0;
  return () => {
    do number++;
    while (taken.has(`auto-${number}`));
    return `auto-${number}`;
  };
}
