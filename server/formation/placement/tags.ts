import { UserError } from '../../../base/errors.js';
import type { Tags } from '../../../cookbooks/databag.js';
import { sortedByKey } from '../databag/sorted-by-key.js';

/** Of a layer, and of what one process type asks for. */
export const maxTags = 20;
const form = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const expected =
  'expected 1 to 63 letters, digits, dashes, dots and underscores, a letter or a digit first and last';

/** Name -> value; null takes the tag away. */
export type TagEdits = Readonly<Record<string, string | null>>;

/**
 * Tags with these changes, sorted. @param field names them in a refusal
 * @throws UserError for a name or a value that can be none, and for more than 20
 */
export function changeTags(field: string, present: Tags, changes: TagEdits): Tags {
  const merged = new Map(Object.entries(present));
  for (const [name, value] of Object.entries(changes)) {
    checkName(field, name);
    if (value === null) merged.delete(name);
    else {
      checkValue(field, name, value);
      merged.set(name, value);
    }
  }
  if (merged.size > maxTags)
    throw new UserError(`${merged.size} tags are too many: expected at most ${maxTags}`, { field });
  return sortedByKey([...merged]);
}

function checkName(field: string, name: string): void {
  if (!form.test(name))
    throw new UserError(`${JSON.stringify(name)} is not a valid name of a tag: ${expected}, e.g. disk`, {
      field,
    });
}

function checkValue(field: string, name: string, value: string): void {
  if (!form.test(value))
    throw new UserError(
      `${JSON.stringify(value)} is not a valid value of the tag ${name}: ${expected}, e.g. ssd`,
      { field: `${field}.${name}` },
    );
}

/** Whether all that is wanted is there, with the same values. */
export function hasTags(present: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(present, name) && present[name] === value,
  );
}

/** What a process type asks of its nodes: nothing where it has no tags. */
export function tagsOfType(tags: Readonly<Record<string, Tags>>, type: string): Tags {
  return Object.hasOwn(tags, type) ? tags[type]! : {};
}

/** `disk=ssd, zone=a` */
export function tagsText(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
