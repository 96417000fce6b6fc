import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { Stores } from '../../store/stores.js';
import { waits } from '../context/deadlines.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import type { FormationParts } from '../context/formation-parts.js';
import { openLayerProvider } from '../context/layer-provider.js';

/**
 * Removes a layer that has no nodes, and what its nodes shared in the cloud. @throws Conflict while it has
 * nodes or shall have some; StillHeld while the cloud holds what its nodes shared
 */
export async function destroyLayer(
  parts: FormationParts,
  formation: FormationRecord,
  layer: LayerRecord,
): Promise<void> {
  await parts.stores.withFormationLock(formation.id, (stores) => requireEmpty(stores, formation, layer));
  const { provider, layer: cloudLayer } = await openLayerProvider(parts, formation, layer, 'manage');
  await provider.destroyLayer(cloudLayer, AbortSignal.timeout(waits.hold + waits.answer), waits.hold);
  await parts.stores.withFormationLock(formation.id, async (stores) => {
    await requireEmpty(stores, formation, layer);
    await stores.layers.delete(layer.id);
  });
}

async function requireEmpty(stores: Stores, formation: FormationRecord, layer: LayerRecord): Promise<void> {
  await requireAlive(stores, formation.id);
  const count = (await stores.layers.byId(layer.id))?.count ?? 0;
  const nodes = await stores.nodes.ofLayer(layer.id);
  if (count > 0 || nodes.length > 0)
    throw new Conflict(
      `layer ${layer.name} has nodes: scale it to 0 first with \`deis layers:scale ${layer.name}=0\``,
    );
}
