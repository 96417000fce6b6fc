import { sshTarget } from './converge-target.js';
import { deadlines } from './deadlines.js';
import { eachNode, type NodeFailure } from './each-node.js';
import { requireSnapshot, type FormationRun } from './formation-run.js';
import { layerOf } from './snapshot-view.js';

/** Waits until every booting node answers over SSH with its pinned key and its first boot is done. Resolves to the failures. */
export async function bootNodes(run: FormationRun, signal: AbortSignal): Promise<NodeFailure[]> {
  const { stores, waitForSsh } = run.parts;
  const snapshot = await requireSnapshot(stores, run.formationId);
  const nodes = snapshot.nodes.filter(({ status }) => status === 'booting');
  if (nodes.length > 0) run.context.line(`-----> Waiting for SSH on ${nodes.map(({ name }) => name).join(', ')}`);
  return eachNode(nodes, { stores, action: 'boot', signal }, async (node) => {
    await waitForSsh(sshTarget(layerOf(snapshot, node), node), { deadlineMs: deadlines.boot, signal });
  });
}
