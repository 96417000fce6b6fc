import type { FieldError } from '../../api/types.js';

/** Name -> value. */
export type NamedTags = Readonly<Record<string, string>>;

/** As they are typed: `disk=ssd zone=a`. */
export function tagText(tags: NamedTags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** What is typed, with spaces, commas or lines between. @param wrong is told what is none, at this field */
export function typedTags(text: string, field: string, wrong: FieldError[]): NamedTags {
  const tags = new Map<string, string>();
  for (const word of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined)
      wrong.push({
        field,
        message: `${JSON.stringify(word)} is not a valid tag: expected name=value, e.g. disk=ssd`,
      });
    else if (tags.has(name)) wrong.push({ field, message: `The tag ${name} is given twice` });
    else tags.set(name, value);
  }
  return Object.fromEntries(tags);
}

/** What of them is not as before; null: it is there no more. Undefined: all is. */
export function tagEdits(before: NamedTags, now: NamedTags): Record<string, string | null> | undefined {
  const [old, young] = [new Map(Object.entries(before)), new Map(Object.entries(now))];
  const edits = [...new Set([...old.keys(), ...young.keys()])]
    .filter((name) => old.get(name) !== young.get(name))
    .map((name) => [name, young.get(name) ?? null] as const);
  return edits.length === 0 ? undefined : Object.fromEntries(edits);
}

/** Those that stay or come. */
export function onlySet(edits: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(edits).filter((each): each is [string, string] => each[1] !== null),
  );
}
