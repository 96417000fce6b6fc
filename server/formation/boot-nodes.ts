import { Conflict } from '../../cookbooks/errors.js';
import { rememberHost } from '../../provisioner/hosts/adopted-host.js';
import { readHostFacts } from '../../provisioner/hosts/host-facts.js';
import { hostProblems } from '../../provisioner/hosts/host-problems.js';
import type { FormationSnapshot } from '../store/formation-snapshot.js';
import type { NodeRecord } from '../store/node-store.js';
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
    if (node.adopted) await takeOver(run, snapshot, node, signal);
  });
}

/** Before anything is touched on a host that existed already: whether it can be a node, and what converging will replace there. */
async function takeOver({ parts }: FormationRun, snapshot: FormationSnapshot, node: NodeRecord, signal: AbortSignal): Promise<void> {
  const layer = layerOf(snapshot, node);
  const options = { deadlineMs: deadlines.answer, signal };
  const connection = await parts.transport.connect(sshTarget(layer, node), options);
  try {
    const facts = await readHostFacts(connection, options);
    const isOurs = facts.formation === snapshot.formation.name || (facts.formation === null && facts.isRemembered);
    const problems = isOurs ? [] : hostProblems(facts, layer.kind);
    if (problems.length > 0) throw new Conflict(`${node.address} cannot become a ${layer.kind} node, nothing was touched: ${problems.join('; ')}`);
    await rememberHost(connection, options);
  } finally {
    await connection.close();
  }
}
