import type { FieldError, Node, TagChanges, Tags } from '../../api/types.js';
import { tagEdits, tagText, typedTags } from './tag-text.js';

/** What is typed for each process type; empty: it may be on any runtime node. */
export type TypedTags = Readonly<Record<string, string>>;

/** What process types ask for, those that ask for nothing, too. */
export function typedOfTypes({ tags }: Tags, more: readonly string[]): TypedTags {
  const types = [...new Set([...Object.keys(tags), ...more])].sort();
  return Object.fromEntries(types.map((type) => [type, tagText(tags[type] ?? {})]));
}

/** As the API names what a type asks for. */
export function fieldOf(type: string): string {
  return `tags.${type}`;
}

/** What of `typed` differs from `before`, for the API, and what cannot be sent. Undefined: nothing differs. */
export function tagChanges(
  before: TypedTags,
  typed: TypedTags,
): { readonly changes: TagChanges | undefined; readonly wrong: readonly FieldError[] } {
  const wrong: FieldError[] = [];
  const changes: TagChanges = {};
  for (const [type, text] of Object.entries(typed)) {
    const now = typedTags(text, fieldOf(type), wrong);
    const edits = tagEdits(typedTags(before[type] ?? '', fieldOf(type), []), now);
    if (edits !== undefined) changes[type] = Object.keys(now).length === 0 ? null : edits;
  }
  return { changes: Object.keys(changes).length === 0 ? undefined : changes, wrong };
}

/** Tags that any of the nodes has, each once: `disk=ssd`. */
export function tagsOfNodes(nodes: readonly Pick<Node, 'tags'>[]): readonly string[] {
  return [
    ...new Set(nodes.flatMap(({ tags }) => Object.keys(tags).map((name) => `${name}=${tags[name]!}`))),
  ].sort();
}
