import { Conflict } from '../../../base/errors.js';
import type { Provider, ProviderLayer } from '../../../provisioner/provider.js';
import type { FlavorRecord } from '../../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import { openProvider, type ProviderParts, type ProviderUse } from './open-provider.js';

export interface LayerProvider {
  readonly flavor: FlavorRecord;
  readonly provider: Provider;
  /** What identifies the layer to the cloud. */
  readonly layer: ProviderLayer;
}

/** Connects to the cloud that a layer lives in, with its owner's credentials. @throws as `openProvider` */
export async function openLayerProvider(
  parts: ProviderParts,
  formation: Pick<FormationRecord, 'id' | 'name'>,
  layer: LayerRecord,
  use: ProviderUse,
): Promise<LayerProvider> {
  const { stores } = parts;
  const flavor = await stores.flavors.byId(layer.flavorId);
  const record = flavor && (await stores.providers.byId(flavor.providerId));
  if (flavor === undefined || record === undefined)
    throw new Conflict(`layer ${layer.name} has no flavor any more`);
  const provider = await openProvider(parts, record, flavor.params, use);
  return {
    flavor,
    provider,
    layer: {
      formation: formation.name,
      formationId: String(formation.id),
      layer: layer.name,
      kind: layer.kind,
      params: provider.parseParams(flavor.params),
    },
  };
}
