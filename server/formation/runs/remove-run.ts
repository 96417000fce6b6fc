import { NotFound, RemoteFailure } from '../../../base/errors.js';
import type { CommandDeadline } from '../../../provisioner/node-commands/command-deadline.js';
import type { OneOffCommands } from '../../../provisioner/node-commands/one-offs.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { LayerRecord } from '../../store/infrastructure/layer-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { Stores } from '../../store/stores.js';
import { sshTarget } from '../converge/converge-target.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';

/** A run, and where its container is. */
export interface RunLocation {
  readonly record: RunRecord;
  readonly node: NodeRecord;
  readonly layer: LayerRecord;
}

/** Seconds that a stopped command has to end by itself. */
export const stopSeconds = 10;

/** How to reach the run's node. */
export function runTarget({ layer, node }: RunLocation): SshTarget {
  return sshTarget(layer, node);
}

/**
 * Removes the run's container over a connection of its own and writes its end down; when the node cannot be
 * told now, a later collection does it.
 */
export async function removeRun(
  parts: Pick<FormationParts, 'stores' | 'enterNode'>,
  run: RunLocation,
  exitCode: number | null,
): Promise<void> {
  try {
    await onNode(parts, run, (oneOffs, options) => oneOffs.remove(run.record.container, options));
    await parts.stores.runs.finish(run.record.id, exitCode);
  } catch (error) {
    if (!(error instanceof RemoteFailure)) throw error;
  }
}

/**
 * Ends a run: SIGTERM, SIGKILL after ten seconds, and its container goes. @throws NotFound when there is none
 * that runs, RemoteFailure when its node is lost
 */
export async function stopRun(parts: FormationParts, formation: FormationRecord, num: number): Promise<void> {
  const record = await parts.stores.runs.byNum(formation.id, num);
  if (record === undefined || record.finishedAt !== null)
    throw new NotFound(`no run.${num} runs in ${formation.name}`);
  const place = await placeOf(parts.stores, record);
  if (place === undefined) return parts.stores.runs.finish(record.id, null);
  await onNode(parts, place, (oneOffs, options) => oneOffs.stop(record.container, stopSeconds, options));
  await parts.stores.runs.finish(record.id, record.exitCode);
}

/** Undefined when the node is gone, and the container with it. */
export async function placeOf(stores: Stores, record: RunRecord): Promise<RunLocation | undefined> {
  const node = await stores.nodes.byId(record.nodeId);
  const layer = node && (await stores.layers.byId(node.layerId));
  return node === undefined || layer === undefined || node.address === null
    ? undefined
    : { record, node, layer };
}

/** Enters the run's node for one command. @throws RemoteFailure */
export async function onNode<T>(
  { enterNode }: Pick<FormationParts, 'enterNode'>,
  place: RunLocation,
  act: (oneOffs: OneOffCommands, options: CommandDeadline) => Promise<T>,
): Promise<T> {
  const node = await enterNode(runTarget(place), { deadlineMs: waits.answer });
  try {
    return await act(node.oneOffs, { deadlineMs: waits.answer + stopSeconds * 1000 });
  } finally {
    await node.close();
  }
}
