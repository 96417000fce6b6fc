import { UserError } from '../../../../base/errors.js';
import type { Tags } from '../../../../cookbooks/databag.js';
import { sortedByKey } from '../../databag/sorted-by-key.js';
import { changeTags, tagsText, type TagEdits } from '../../placement/tags.js';
import { releaseSummary } from '../release-summary.js';

/** Process type -> what its nodes must have. */
export type TagsByType = Readonly<Record<string, Tags>>;
/** Process type -> tag -> value; null takes a tag away, or all that the type asks for. */
export type TagChanges = Readonly<Record<string, TagEdits | null>>;

/** Characters of a release's summary. */
const maxSummary = 500;

/**
 * The tags with these changes; types and names sorted, types without any left out.
 * @throws UserError naming the field
 */
export function mergeTags(present: TagsByType, changes: TagChanges): Record<string, Tags> {
  if (Object.keys(changes).length === 0)
    throw new UserError('name at least one process type and its tags, like {"web": {"disk": "ssd"}}', {
      field: 'tags',
    });
  const merged = new Map(Object.entries(present));
  for (const [type, change] of Object.entries(changes)) {
    const tags = change === null ? {} : editedTags(`tags.${type}`, merged.get(type) ?? {}, change);
    if (Object.keys(tags).length === 0) merged.delete(type);
    else merged.set(type, tags);
  }
  return sortedByKey([...merged]);
}

function editedTags(field: string, present: Tags, changes: TagEdits): Tags {
  if (Object.keys(changes).length === 0)
    throw new UserError('name at least one tag, like {"disk": "ssd"}', { field });
  return changeTags(field, present, changes);
}

/** Those that ask for more than before. */
export function typesThatAsk(changes: TagChanges): string[] {
  return Object.keys(changes).filter((type) =>
    Object.values(changes[type] ?? {}).some((value) => value !== null),
  );
}

/** A type of which everything named is taken away, null, need not be in the Procfile any more. */
export function namedTypes(changes: TagChanges): Readonly<Record<string, unknown>> {
  const asking = new Set(typesThatAsk(changes));
  return Object.fromEntries(
    Object.entries(changes).map(([type, change]) => [type, asking.has(type) ? change : null]),
  );
}

/** What a change does: `Place web where disk=ssd; place worker whatever zone is; place clock anywhere`. */
export function summariseTags(changes: TagChanges): string {
  const clauses = Object.entries(changes).flatMap(([type, change]) => {
    if (change === null) return [`place ${type} anywhere`];
    const all = Object.entries(change);
    const set = all.filter((each): each is [string, string] => each[1] !== null);
    const unset = all.filter(([, value]) => value === null).map(([name]) => name);
    return [
      ...(set.length > 0 ? [`place ${type} where ${tagsText(Object.fromEntries(set))}`] : []),
      ...(unset.length > 0 ? [`place ${type} whatever ${unset.join(', ')} is`] : []),
    ];
  });
  return releaseSummary(clauses).slice(0, maxSummary);
}
