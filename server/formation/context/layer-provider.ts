import { Conflict } from '../../../base/errors.js';
import type { Provider, ProviderLayer } from '../../../provisioner/provider.js';
import type { FlavorRecord } from '../../store/flavor-store.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { LayerRecord } from '../../store/layer-store.js';
import type { FormationParts } from './formation-parts.js';

export interface LayerProvider {
  readonly flavor: FlavorRecord;
  readonly provider: Provider;
  /** What identifies the layer to the cloud. */
  readonly layer: ProviderLayer;
}

/**
 * Connects to the cloud that a layer lives in, with its owner's credentials. @throws Conflict when the
 * provider type is not enabled here
 */
export async function openLayerProvider(
  parts: Pick<FormationParts, 'stores' | 'providers'>,
  formation: Pick<FormationRecord, 'id' | 'name'>,
  layer: LayerRecord,
): Promise<LayerProvider> {
  const { stores, providers } = parts;
  const flavor = await stores.flavors.byId(layer.flavorId);
  const record = flavor && (await stores.providers.byId(flavor.providerId));
  if (flavor === undefined || record === undefined)
    throw new Conflict(`layer ${layer.name} has no flavor any more`);
  const connect = providers.get(record.type);
  if (connect === undefined)
    throw new Conflict(`provider type ${record.type} is not enabled on this controller`);
  const provider = connect(
    JSON.parse((await stores.providers.creds(record.id)).reveal()) as Record<string, unknown>,
    flavor.params,
  );
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
