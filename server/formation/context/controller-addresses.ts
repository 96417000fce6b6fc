import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { FormationParts } from './formation-parts.js';
import { openLayerProvider } from './layer-provider.js';

/**
 * Addresses under which a formation's nodes reach the controller, as the providers of its layers know them;
 * sorted.
 */
export async function controllerAddresses(
  parts: FormationParts,
  formation: FormationRecord,
  layers: readonly LayerRecord[],
  signal: AbortSignal,
): Promise<string[]> {
  const flavors = new Map(layers.map((layer) => [layer.flavorId, layer]));
  const addresses = await Promise.all(
    [...flavors.values()].map(async (layer) => {
      const { provider } = await openLayerProvider(parts, formation, layer, 'manage');
      return provider.controllerAddresses(signal, formation.name);
    }),
  );
  return [...new Set(addresses.flat())].sort();
}
