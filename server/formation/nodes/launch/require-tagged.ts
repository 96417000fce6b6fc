import { Conflict } from '../../../../base/errors.js';
import type { FormationRecord } from '../../../store/app/formation-store.js';
import type { TaggedRelease } from '../../../store/app/release-store.js';
import type { LayerRecord } from '../../../store/infrastructure/layer-store.js';
import type { Stores } from '../../../store/stores.js';
import { processTypes } from '../../databag/process-types.js';
import { strandedNeeds, type TagNeed } from '../../placement/tagged-nodes.js';
import { tagsOfType, tagsText } from '../../placement/tags.js';

/**
 * Lets nodes go, or their tags, only where each process type that has containers, of the formation and of its guests,
 * keeps a node with what it asks for.
 * @param before layers with a node that takes containers; @param after the same, as they will be
 * @throws Conflict naming who would be left without one
 */
export async function requireTagged(
  stores: Stores,
  formation: Pick<FormationRecord, 'id' | 'name'>,
  before: readonly LayerRecord[],
  after: readonly LayerRecord[],
): Promise<void> {
  const [stranded] = strandedNeeds(before, after, await tagNeeds(stores, formation.id));
  if (stranded === undefined) return;
  const { formation: name, type, tags } = stranded;
  const names = Object.keys(tags).join(' ');
  // What a guest consists of is not for its host's members.
  const [who, unset] =
    name === formation.name
      ? [type, `deis tags:unset ${type} ${names}`]
      : [`${name}, which lives here,`, `deis tags:unset TYPE ${names} --formation=${name}`];
  throw new Conflict(
    `${who} asks for nodes with ${tagsText(tags)}, and none that takes containers would be left, nothing was ` +
      `changed: add one of another layer that has what it asks for first, or \`${unset}\``,
  );
}

/** What process types that have containers ask for, of a formation and of its guests. */
export async function tagNeeds(stores: Stores, formationId: number): Promise<TagNeed[]> {
  return (await stores.releases.taggedOn(formationId)).flatMap(needsOf);
}

function needsOf({ formation, scale, procfile, tags }: TaggedRelease): TagNeed[] {
  return processTypes(procfile)
    .filter((type) => Object.hasOwn(tags, type) && Object.hasOwn(scale, type) && scale[type]! > 0)
    .map((type) => ({ formation, type, tags: tagsOfType(tags, type) }));
}
