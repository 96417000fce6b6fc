/** What somebody wants to be other than it is: a value, or null for a variable that is to go. */
export type Edits = ReadonlyMap<string, string | null>;

/** A value; null: the variable is not there; undefined: it is hidden. */
export type Seen = string | null | undefined;

/** What the page knows of a config: all names, and the values that the person has revealed. */
export interface Known {
  readonly names: readonly string[];
  readonly revealed: ReadonlyMap<string, string>;
}

/** One line of the editor. */
export interface ConfigRow {
  readonly name: string;
  /** As it will be. */
  readonly value: Seen;
  readonly isEdited: boolean;
}

/** The config with the edits, by name. */
export function rowsOf(known: Known, edits: Edits): ConfigRow[] {
  const names = [...new Set([...known.names, ...edits.keys()])].sort();
  return names.map((name) => {
    const edit = edits.get(name);
    return { name, value: edit === undefined ? seen(known, name) : edit, isEdited: edit !== undefined };
  });
}

/** Edits that change nothing, as far as is known, are none. */
export function realEdits(known: Known, edits: Edits): Edits {
  return new Map([...edits].filter(([name, value]) => seen(known, name) !== value));
}

/** A variable that two people have changed. */
export interface Clash {
  readonly name: string;
  readonly before: Seen;
  readonly theirs: Seen;
  readonly yours: string | null;
}

/** What another person has changed meanwhile: by names, with the values of those alone that the edits change, too. */
export interface Meanwhile {
  readonly changed: readonly string[];
  /** Those of them that the edits change otherwise, too: to be merged. */
  readonly both: readonly Clash[];
}

/** Of the names that another person has changed, those whose new values somebody needs who set them, too. */
export function namesToMerge(changed: readonly string[], now: readonly string[], edits: Edits): string[] {
  return changed.filter((name) => now.includes(name) && typeof edits.get(name) === 'string');
}

/** What another person changed of the config that was edited, beside the edits. */
export function changedMeanwhile(
  edited: Known,
  now: Known,
  changed: readonly string[],
  edits: Edits,
): Meanwhile {
  const both = changed.flatMap((name): Clash[] => {
    const [yours, theirs] = [edits.get(name), seen(now, name)];
    if (yours === undefined || yours === theirs) return [];
    return [{ name, before: seen(edited, name), theirs, yours }];
  });
  return { changed, both };
}

function seen({ names, revealed }: Known, name: string): Seen {
  return names.includes(name) ? revealed.get(name) : null;
}
