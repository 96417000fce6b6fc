import type { FormationSnapshot } from '../store/formation-snapshot.js';
import type { NodeRecord } from '../store/node-store.js';
import { eachNode, type NodeFailure } from './each-node.js';
import type { FormationParts } from './formation-parts.js';
import { openLayerProvider } from './layer-provider.js';
import { layerOf } from './snapshot-view.js';

/** Terminates machines; the row of each goes, with its containers, when its machine is gone. Resolves to the failures. */
export async function terminateNodes(parts: FormationParts, snapshot: FormationSnapshot, nodes: readonly NodeRecord[], signal: AbortSignal): Promise<NodeFailure[]> {
  const { stores } = parts;
  const { formation } = snapshot;
  return eachNode(nodes, { stores, action: 'terminate', signal }, async (node) => {
    const { provider } = await openLayerProvider(parts, formation, layerOf(snapshot, node));
    await provider.terminateNode({ uuid: node.id, cloudId: node.cloudId, name: node.name, intent: node.launchIntent }, signal);
    await stores.withFormationLock(formation.id, async (inside) => {
      await inside.nodes.delete(node.id);
      await inside.formations.bumpGeneration(formation.id);
    });
  });
}
