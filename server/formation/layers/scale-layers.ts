import { UnknownName } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { LayerRecord } from '../../store/layer-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import { checkCounts } from '../requests/check-counts.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { requireLaunchRight } from '../sharing/flavor-right.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireLaunch } from '../context/open-provider.js';
import { countsText, supersedeQueued } from '../requests/supersede-queued.js';
import { changesOf } from '../requests/undo-record.js';
import { scaleLayersKind } from '../requests/kinds/scale-layers.js';

const maxNodes = 200;

/**
 * Writes down how many nodes each layer shall have and queues the work; what still waits of that kind is
 * superseded, for this one contains it.
 * @throws UnknownName for an unknown layer, UserError for a count that is none, Conflict for a layer that can
 * get no new nodes; Forbidden where the provider's owner may not launch
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
        if (await needsLaunch(stores, layer, count)) {
          await requireLaunchRight(stores, formation, layer);
          await requireLaunch({ ...parts, stores }, layer.flavorId);
        }
        await stores.layers.setCount(layer.id, count);
      }
      const before = Object.fromEntries(layers.map(({ name, count }) => [name, count]));
      return supersedeQueued(stores, formation.id, scaleLayersKind, {
        counts,
        undo: { counts: changesOf(before, counts) },
        by: `layers:scale ${countsText(counts)}`,
      });
    },
  );
}

/** Whether there are fewer machines than that, not counting those that leave. */
async function needsLaunch(stores: Stores, layer: LayerRecord, count: number): Promise<boolean> {
  const without = ['pending', 'launching', 'removing'];
  const nodes = await stores.nodes.ofLayer(layer.id);
  return count > nodes.filter(({ status }) => !without.includes(status)).length;
}

function unknownLayer(name: string, layers: readonly LayerRecord[]): UnknownName {
  const present =
    layers.map((each) => each.name).join(', ') ||
    `none yet; make it with \`deis layers:create ${name} FLAVOR\``;
  return new UnknownName(`there is no layer ${JSON.stringify(name)}: layers are ${present}`, { field: name });
}
