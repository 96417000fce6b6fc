import { isDeepStrictEqual } from 'node:util';
import { Conflict, UserError } from '../../../base/errors.js';
import { parseRunList } from '../../../cookbooks/run-list.js';
import type { FlavorName, FlavorRecord } from '../../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { requireUsable } from '../sharing/flavor-right.js';
import type { FormationParts } from '../context/formation-parts.js';
import { openLayerProvider } from '../context/layer-provider.js';
import { requireLaunch, type ProviderParts } from '../context/open-provider.js';
import type { TagEdits } from '../placement/tags.js';
import { changedTags, retagLayer } from './layer-tags.js';

export interface LayerUpdate {
  /** For nodes still to come. */
  readonly flavor?: FlavorRecord | undefined;
  readonly runList?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly environment?: string | undefined;
  /** What process types may ask for of its nodes: what is not named stays, null takes one away. */
  readonly tags?: TagEdits | undefined;
  readonly level?: number | undefined;
}

export type CheckLayer = (present: LayerRecord, flavor: FlavorName | undefined) => void;

/**
 * Changes what a layer is; its nodes follow at their next converge, and containers at once where its tags change.
 * @param user who asks for it, and may change infrastructure here
 * @param check told the layer as it is before anything is written, and its flavor's name; what it throws ends
 * the change
 * @throws UserError for a recipe that there is not; Conflict for a flavor of another provider or place while
 * the layer has nodes, which could not be terminated any more, and for one that is neither the user's own nor
 * shared with the formation, and where a process type would be left without a node that has its tags; Forbidden
 * for one that may not launch
 */
export async function updateLayer(
  parts: FormationParts,
  user: Pick<UserRecord, 'id'>,
  formation: FormationRecord,
  layer: LayerRecord,
  { flavor, runList, tags, ...rest }: LayerUpdate,
  check: CheckLayer = () => undefined,
): Promise<LayerRecord> {
  const recipes = runList && parseRunList(runList);
  if (recipes?.length === 0) throw new UserError('run_list must name a recipe', { field: 'run_list' });
  if (recipes !== undefined) await parts.recipesOf(recipes);
  return parts.stores.withFormationLock(formation.id, async (stores) => {
    await requireAlive(stores, formation.id);
    const present = (await stores.layers.byId(layer.id)) ?? layer;
    check(present, (await stores.flavors.names([present.flavorId])).get(present.flavorId));
    if (flavor !== undefined) await requireUsable(stores, user, formation, flavor);
    if (flavor !== undefined && flavor.id !== present.flavorId)
      await requireLaunch({ ...parts, stores }, flavor.id);
    if (
      flavor !== undefined &&
      (await isElsewhere({ ...parts, stores }, formation, layer, flavor)) &&
      (await stores.nodes.ofLayer(layer.id)).length > 0
    ) {
      throw new Conflict(
        `layer ${layer.name} has nodes of another provider or place: ` +
          `scale it to 0 first with \`deis layers:scale ${layer.name}=0\``,
      );
    }
    await stores.layers.update(layer.id, {
      ...(flavor && flavorOf(user, present, flavor)),
      ...(recipes && { runList: recipes }),
      ...given(rest),
    });
    if (tags !== undefined) await retag({ ...parts, stores }, formation, present, tags);
    await stores.formations.bumpGeneration(formation.id);
    return (await stores.layers.byId(layer.id)) ?? layer;
  });
}

async function retag(
  parts: FormationParts,
  formation: FormationRecord,
  layer: LayerRecord,
  changes: TagEdits,
): Promise<void> {
  const tags = await changedTags(parts.stores, layer, changes);
  if (!isDeepStrictEqual(tags, layer.tags)) await retagLayer(parts, formation, layer, tags);
}

/** Naming the flavor that it has already leaves its owner's word as it is. */
function flavorOf(
  user: Pick<UserRecord, 'id'>,
  present: LayerRecord,
  flavor: FlavorRecord,
): Pick<LayerRecord, 'flavorId' | 'ownFlavor'> {
  const isKept = flavor.id === present.flavorId && present.ownFlavor;
  return { flavorId: flavor.id, ownFlavor: isKept || flavor.ownerId === user.id };
}

/** Whether nodes of the layer would not be found any more with this flavor. */
async function isElsewhere(
  parts: ProviderParts,
  formation: FormationRecord,
  layer: LayerRecord,
  flavor: FlavorRecord,
): Promise<boolean> {
  if (flavor.id === layer.flavorId) return false;
  if (flavor.providerId !== (await parts.stores.flavors.byId(layer.flavorId))?.providerId) return true;
  const [now, then] = [
    await openLayerProvider(parts, formation, layer, 'manage'),
    await openLayerProvider(parts, formation, { ...layer, flavorId: flavor.id }, 'manage'),
  ];
  return now.provider.region !== then.provider.region;
}

function given<T extends object>(changes: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: Exclude<T[K], undefined>;
  }>;
}
