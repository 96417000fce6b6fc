import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { PortOpening } from '../../../provisioner/provider.js';
import { readFormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { TcpPort, ToldClients } from '../../store/app/tcp-port-store.js';
import { openLayerProvider } from '../context/layer-provider.js';
import type { ProviderParts } from '../context/open-provider.js';

/** Formation with proxies -> what of its provider's has been opened before them last, by this process. */
export type OpenedPorts = Map<number, string>;

interface Ground {
  readonly groundId: number;
  /** Of the formations that live there. */
  readonly ports: readonly TcpPort[];
  /** By the ids of those. */
  readonly wanted: ReadonlyMap<number, ToldClients>;
  readonly opened: OpenedPorts;
  readonly signal: AbortSignal;
}

/**
 * What stands before the machines (a cloud's group of rules, the host of Docker's nodes) lets in whom the proxies let
 * in, and nobody else. What was said last is not said again.
 */
export async function openGround(parts: ProviderParts, ground: Ground): Promise<void> {
  const { groundId, opened, signal } = ground;
  const snapshot = await readFormationSnapshot(parts.stores, groundId);
  const layers = snapshot?.layers.filter(({ kind }) => isOfKind(kind, 'proxy')) ?? [];
  const openings = await openingsOf(parts, ground);
  const nodesOf = (layerId: number): string[] =>
    (snapshot?.nodes ?? [])
      .filter((node) => node.layerId === layerId)
      .flatMap(({ privateAddress }) => privateAddress ?? [])
      .sort();
  const said = JSON.stringify([openings, layers.map(({ id, name }) => [name, nodesOf(id)])]);
  if (opened.get(groundId) === said) return;
  for (const layer of layers) {
    const { provider, layer: cloudLayer } = await openLayerProvider(
      parts,
      snapshot!.formation,
      layer,
      'manage',
    );
    await provider.openPorts?.(cloudLayer, { openings, nodes: nodesOf(layer.id) }, signal);
  }
  if (openings.length === 0) opened.delete(groundId);
  else opened.set(groundId, said);
}

async function openingsOf({ stores }: ProviderParts, { ports, wanted }: Ground): Promise<PortOpening[]> {
  const openings: PortOpening[] = [];
  for (const { formationId, port } of ports) {
    const allow = (await stores.formations.byId(formationId))?.proxySettings.allow ?? [];
    openings.push({ port, from: [...allow, ...(wanted.get(formationId)?.clients ?? [])] });
  }
  return openings;
}
