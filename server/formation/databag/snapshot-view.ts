import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';

/** Where other nodes reach one; empty where it has no address yet. */
export function addressOf({
  privateAddress,
  address,
}: Pick<NodeRecord, 'privateAddress' | 'address'>): string {
  return privateAddress ?? address ?? '';
}

/** The layer that a node of the snapshot belongs to. */
export function layerOf(
  snapshot: Pick<FormationSnapshot, 'layers'>,
  node: Pick<NodeRecord, 'layerId' | 'name'>,
): LayerRecord {
  const layer = snapshot.layers.find((candidate) => candidate.id === node.layerId);
  if (layer === undefined) throw new Error(`node ${node.name} has no layer`);
  return layer;
}

/** Nodes of all layers of a kind, by layer and number; boxes are runtime nodes and proxies. */
export function nodesOfKind(
  snapshot: Pick<FormationSnapshot, 'layers' | 'nodes'>,
  kind: LayerKind,
): NodeRecord[] {
  const layers = new Set(
    snapshot.layers.filter((layer) => isOfKind(layer.kind, kind)).map((layer) => layer.id),
  );
  return snapshot.nodes
    .filter((node) => layers.has(node.layerId))
    .sort((a, b) => a.layerId - b.layerId || a.num - b.num);
}

/** Nodes of a kind that work may be given to. */
export function readyNodes(
  snapshot: Pick<FormationSnapshot, 'layers' | 'nodes'>,
  kind: LayerKind,
): NodeRecord[] {
  return nodesOfKind(snapshot, kind).filter((node) => node.status === 'ready');
}

/** Runtime nodes that new containers may be placed on. */
export function openNodes(snapshot: Pick<FormationSnapshot, 'layers' | 'nodes'>): NodeRecord[] {
  return readyNodes(snapshot, 'runtime').filter(({ scheduling }) => scheduling === 'open');
}

/** A release of the snapshot by id. */
export function releaseOf(snapshot: Pick<FormationSnapshot, 'releases'>, id: number): SnapshotRelease {
  const release = snapshot.releases.find((candidate) => candidate.id === id);
  if (release === undefined) throw new Error(`release with id ${id} is not part of the snapshot`);
  return release;
}

/** The release that serves now; undefined before the first went live. */
export function liveRelease(
  snapshot: Pick<FormationSnapshot, 'formation' | 'releases'>,
): SnapshotRelease | undefined {
  return snapshot.releases.find((release) => release.id === snapshot.formation.liveReleaseId);
}
