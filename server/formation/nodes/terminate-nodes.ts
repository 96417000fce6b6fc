import { RemoteFailure } from '../../../base/errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import { eachNode, type NodeFailure } from '../context/for-each-node.js';
import type { FormationParts } from '../context/formation-parts.js';
import { openLayerProvider } from '../context/layer-provider.js';
import { layerOf } from '../databag/snapshot-view.js';
import { mayHoldData } from './destroy-node.js';

/**
 * Terminates machines; the row of each goes, with its containers, when its machine is gone. An adopted host
 * is cleared of what converging put there, unless it shall keep that; data that recipes of others made stays
 * there unless it shall go. Resolves to the failures.
 */
export async function terminateNodes(
  parts: FormationParts,
  snapshot: FormationSnapshot,
  nodes: readonly NodeRecord[],
  signal: AbortSignal,
): Promise<NodeFailure[]> {
  const { stores } = parts;
  const { formation } = snapshot;
  return eachNode(nodes, { stores, action: 'terminate', signal }, async (node) => {
    const { provider } = await openLayerProvider(parts, formation, layerOf(snapshot, node), 'manage');
    if (node.adopted && node.cleansUp && node.address !== null) await clear(parts, snapshot, node, signal);
    await provider.terminateNode(
      { uuid: node.id, cloudId: node.cloudId, name: node.name, intent: node.launchIntent },
      signal,
    );
    await stores.withFormationLock(formation.id, async (inside) => {
      await inside.nodes.delete(node.id);
      await inside.formations.bumpGeneration(formation.id);
    });
  });
}

async function clear(
  parts: FormationParts,
  snapshot: FormationSnapshot,
  node: NodeRecord,
  signal: AbortSignal,
): Promise<void> {
  const layer = layerOf(snapshot, node);
  try {
    const entered = await parts.enterNode(sshTarget(layer, node), {
      deadlineMs: waits.answer,
      signal,
    });
    try {
      const leavesData = mayHoldData(layer) && !node.purgesData;
      await entered.host.clear(leavesData ? 'remove' : 'purge', { deadlineMs: waits.clear, signal });
    } finally {
      await entered.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RemoteFailure)) throw error;
    const why = error.stderr.trim() === '' ? error.message : error.stderr.trim();
    throw new RemoteFailure(
      `what was put on ${node.address} could not be taken off: ${why}. Forget the host as it is with ` +
        `\`deis nodes:destroy ${node.name} --keep\``,
      { node: node.name, phase: error.phase, cause: error },
    );
  }
}
