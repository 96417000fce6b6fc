import { UserError } from '../../../base/errors.js';
import type { Tags } from '../../../cookbooks/databag.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { requireTagged } from '../nodes/launch/require-tagged.js';
import { openLayers } from '../placement/tagged-nodes.js';
import { changeTags, type TagEdits } from '../placement/tags.js';
import { queueReschedule } from '../requests/queue-reschedule.js';
import { requireNoOlder } from './require-no-older.js';

/**
 * Tags of a layer with these changes.
 * @throws UserError for what can be none, and where no containers of apps run; Conflict while a controller is connected
 * that would pass over them
 */
export async function changedTags(
  stores: Stores,
  { name, kind, tags }: Pick<LayerRecord, 'name' | 'kind' | 'tags'>,
  changes: TagEdits,
): Promise<Tags> {
  const changed = changeTags('tags', tags, changes);
  if (Object.keys(changed).length === 0) return changed;
  if (!isOfKind(kind, 'runtime'))
    throw new UserError(
      `layer ${name} is of kind ${kind} and runs no containers of apps: tags are for layers of kind runtime and box`,
      { field: 'tags' },
    );
  await requireNoOlder(stores, 'tags');
  return changed;
}

/**
 * Gives a layer that is there these tags, within the formation's lock, and has containers placed anew, those of guests,
 * too: who may no longer be there leaves, unnoticed.
 * @throws Conflict where a process type would be left without a node that has what it asks for
 */
export async function retagLayer(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  formation: FormationRecord,
  layer: LayerRecord,
  tags: Tags,
): Promise<void> {
  const snapshot = await requireSnapshot(stores, formation.id);
  const before = openLayers(snapshot);
  const after = before.map((each) => (each.id === layer.id ? { ...each, tags } : each));
  await requireTagged(stores, formation, before, after);
  await stores.layers.update(layer.id, { tags });
  const nodes = snapshot.nodes.filter(({ layerId, status }) => layerId === layer.id && status === 'ready');
  if (nodes.length === 0) return;
  const names = nodes.map(({ name }) => name);
  await queueReschedule({ stores, newId }, formation, names);
}
