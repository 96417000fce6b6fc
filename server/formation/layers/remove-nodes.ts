import { OperationFailure } from '../../operation/operation-errors.js';
import { reportFailures } from '../converge/converge-failure.js';
import { convergeInLevels } from '../converge/converge-in-levels.js';
import { waits } from '../context/deadlines.js';
import type { NodeFailure } from '../context/for-each-node.js';
import { snapshotOf, type FormationWork } from '../context/formation-work.js';
import { drainContainers, removeContainers } from '../deploy/retire/retire-containers.js';
import { terminateNodes } from '../nodes/terminate-nodes.js';

const none: ReadonlySet<string> = new Set();

/** Lets containers on nodes that are being removed, but for those that stay, end their requests, then stops them. */
export async function drainLeaving(
  run: FormationWork,
  signal: AbortSignal,
  staying: ReadonlySet<string> = none,
): Promise<void> {
  const { nodes, containers } = await snapshotOf(run);
  const leaving = new Set(
    nodes.filter(({ id, status }) => status === 'removing' && !staying.has(id)).map(({ id }) => id),
  );
  const ids = containers.filter(({ nodeId }) => leaving.has(nodeId)).map(({ id }) => id);
  if (ids.length === 0) return;
  await drainContainers(run, ids, signal);
  try {
    await removeContainers(run, ids, signal);
  } catch (error) {
    signal.throwIfAborted();
    // A machine that is to go need not answer: what cannot be stopped there ends with it.
    if (!(error instanceof OperationFailure)) throw error;
  }
}

/** Terminates nodes that are being removed, but for those that stay, and tells the others. Resolves to the failures. */
export async function terminateLeaving(
  run: FormationWork,
  signal: AbortSignal,
  staying: ReadonlySet<string> = none,
): Promise<NodeFailure[]> {
  const snapshot = await snapshotOf(run);
  const leaving = snapshot.nodes.filter(({ id, status }) => status === 'removing' && !staying.has(id));
  if (leaving.length === 0) return [];
  run.context.line(`-----> Terminating ${leaving.map(({ name }) => name).join(', ')}`);
  const failures = await terminateNodes(run.parts, snapshot, leaving, signal);
  // Their addresses may be given to others: firewalls must no longer let them in.
  const reports = await convergeInLevels(run, {
    nodes: (now) => now.nodes.filter(({ status }) => status === 'ready'),
    action: 'converge',
    deadlineMs: waits.converge,
    signal,
  });
  return [...failures, ...reportFailures(reports)];
}
