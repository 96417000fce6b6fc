/** What somebody wants to be other than it is: a value, or null for a variable that is to go. */
export type Edits = ReadonlyMap<string, string | null>;

type Values = Readonly<Record<string, string>>;

/** One line of the editor. */
export interface ConfigRow {
  readonly name: string;
  /** As it will be; null for one that goes. */
  readonly value: string | null;
  readonly isEdited: boolean;
}

/** The config with the edits, by name. */
export function rowsOf(values: Values, edits: Edits): ConfigRow[] {
  const names = [...new Set([...Object.keys(values), ...edits.keys()])].sort();
  return names.map((name) => {
    const edit = edits.get(name);
    return { name, value: edit === undefined ? (values[name] ?? '') : edit, isEdited: edit !== undefined };
  });
}

/** Edits that change nothing are none. */
export function realEdits(values: Values, edits: Edits): Edits {
  return new Map([...edits].filter(([name, value]) => (values[name] ?? null) !== value));
}

/** A variable that two people have changed; null: it is not there. */
export interface Clash {
  readonly name: string;
  readonly before: string | null;
  readonly theirs: string | null;
  readonly yours: string | null;
}

/** What another person has changed meanwhile: by names, with the values of those alone that the edits change, too. */
export interface Meanwhile {
  readonly changed: readonly string[];
  /** Those of them that the edits change otherwise, too: to be merged. */
  readonly both: readonly Clash[];
}

/** What differs between the config that was edited and the one that is there now. */
export function changedMeanwhile(edited: Values, now: Values, edits: Edits): Meanwhile {
  const names = [...new Set([...Object.keys(edited), ...Object.keys(now)])].sort();
  const changed = names.filter((name) => edited[name] !== now[name]);
  const both = changed.flatMap((name): Clash[] => {
    const [yours, theirs] = [edits.get(name), now[name] ?? null];
    if (yours === undefined || yours === theirs) return [];
    return [{ name, before: edited[name] ?? null, theirs, yours }];
  });
  return { changed, both };
}
