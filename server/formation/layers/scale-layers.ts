import { Conflict, UnknownName } from '../../../base/errors.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { checkCounts } from '../requests/process-types/check-counts.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { requireLaunchRight } from '../sharing/flavor-right.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot } from '../context/formation-work.js';
import { openLayerProvider } from '../context/layer-provider.js';
import { planLayers } from '../nodes/launch/plan-layers.js';
import { requireTagged } from '../nodes/launch/require-tagged.js';
import { openLayers } from '../placement/tagged-nodes.js';
import { areOwnIdle } from '../requests/require-own-idle.js';
import { countsText, supersedeQueued } from '../requests/supersede-queued.js';
import { changesOf } from '../requests/undo-record.js';
import { scaleLayersKind } from '../requests/kinds/scale-layers.js';

const maxNodes = 200;

/**
 * Writes down how many nodes each layer shall have and queues the work; what still waits of that kind is
 * superseded, for this one contains it.
 * @throws UnknownName for an unknown layer, UserError for a count that is none, Conflict for a layer that can
 * get no new nodes, and where the last node goes with what a process type asks for; Forbidden where the provider's
 * owner may not launch
 */
export async function scaleLayers(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  counts: Readonly<Record<string, number>>,
): Promise<OperationRecord> {
  checkCounts(counts, maxNodes, 'nodes');
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: scaleLayersKind },
    async (stores) => {
      const layers = await stores.layers.ofFormation(formation.id);
      for (const [name, count] of Object.entries(counts)) {
        const layer = layers.find((candidate) => candidate.name === name);
        if (layer === undefined) throw unknownLayer(name, layers);
        await requireMachines({ ...parts, stores }, formation, layer, count);
        await stores.layers.setCount(layer.id, count);
      }
      if (!(await areOwnIdle(stores, formation))) await requireTags(stores, formation);
      const before = Object.fromEntries(layers.map(({ name, count }) => [name, count]));
      return supersedeQueued(stores, formation.id, scaleLayersKind, {
        counts,
        undo: { counts: changesOf(before, counts) },
        by: `layers:scale ${countsText(counts)}`,
      });
    },
  );
}

/** @throws Conflict where a process type would be left without a node that has what it asks for */
async function requireTags(stores: Stores, formation: FormationRecord): Promise<void> {
  const snapshot = await requireSnapshot(stores, formation.id);
  const { add, remove } = planLayers(snapshot);
  const leaving = new Set(remove.map(({ id }) => id));
  const nodes = snapshot.nodes.filter(({ id }) => !leaving.has(id));
  const coming = add.map(({ layer }) => layer).filter(({ kind }) => isOfKind(kind, 'runtime'));
  await requireTagged(stores, formation, openLayers(snapshot), [
    ...openLayers({ layers: snapshot.layers, nodes }),
    ...coming,
  ]);
}

/** @throws UserError, Forbidden or Conflict where machines are missing that may or can not be launched */
async function requireMachines(
  parts: FormationParts,
  formation: FormationRecord,
  layer: LayerRecord,
  count: number,
): Promise<void> {
  const { stores } = parts;
  const more = await countLaunches(stores, layer, count);
  if (more <= 0) return;
  await requireLaunchRight(stores, formation, layer);
  const { provider, layer: cloud } = await openLayerProvider(parts, formation, layer, 'launch');
  await requireHosts(stores, layer, more, (taken) => provider.countFree?.(cloud.params, taken));
}

/** How many machines are missing, not counting those that leave; not positive: none. */
async function countLaunches(stores: Stores, layer: LayerRecord, count: number): Promise<number> {
  const without = ['pending', 'launching', 'removing'];
  const nodes = await stores.nodes.ofLayer(layer.id);
  return count - nodes.filter(({ status }) => !without.includes(status)).length;
}

/**
 * Where machines exist already, there can be no more nodes than those that no node has yet.
 * @throws Conflict with the way to more
 */
async function requireHosts(
  stores: Stores,
  { name }: LayerRecord,
  more: number,
  countFree: (taken: readonly string[]) => number | undefined,
): Promise<void> {
  const nodes = await stores.nodes.list();
  const taken = nodes.flatMap(({ address, cloudId }) => [address, cloudId]).filter((each) => each !== null);
  const free = countFree(taken);
  if (free === undefined || free >= more) return;
  throw new Conflict(
    `layer ${name} needs ${more} more host${more === 1 ? '' : 's'}, and its flavor names ` +
      `${free === 0 ? 'none' : `${free}`} that is free, nothing was scaled: adopt each with ` +
      `\`deis nodes:create ADDRESS --layer=${name}\`, which counts it`,
  );
}

function unknownLayer(name: string, layers: readonly LayerRecord[]): UnknownName {
  const present =
    layers.map((each) => each.name).join(', ') ||
    `none yet; make it with \`deis layers:create ${name} FLAVOR\``;
  return new UnknownName(`there is no layer ${JSON.stringify(name)}: layers are ${present}`, { field: name });
}
