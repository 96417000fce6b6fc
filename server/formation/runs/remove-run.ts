import { NotFound, RemoteFailure } from '../../../base/errors.js';
import { filesOfContainer } from '../../../provisioner/converge/resource-helpers/container-files.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { LayerRecord } from '../../store/layer-store.js';
import type { NodeRecord } from '../../store/node-store.js';
import type { RunRecord } from '../../store/run-store.js';
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
const stopSeconds = 10;

/** How to reach the run's node. */
export function runTarget({ layer, node }: RunLocation): SshTarget {
  return sshTarget(layer, node);
}

/**
 * Removes the run's container over a connection of its own and writes its end down; when the node cannot be
 * told now, a later collection does it.
 */
export async function removeRun(
  parts: Pick<FormationParts, 'stores' | 'transport'>,
  run: RunLocation,
  exitCode: number | null,
): Promise<void> {
  try {
    // What it wrote goes before the node's next container is made.
    await onNode(parts, run, ['docker', 'rm', '-fv', run.record.container]);
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
  await onNode(parts, place, [
    'sh',
    '-c',
    'docker stop -t "$2" "$1" >/dev/null 2>&1; docker rm -fv "$1" >/dev/null 2>&1; rm -rf "$3"',
    'deis-stop',
    record.container,
    String(stopSeconds),
    filesOfContainer(record.container),
  ]);
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

/** One command as root on the run's node; resolves to what it printed. @throws RemoteFailure */
export async function onNode(
  { transport }: Pick<FormationParts, 'transport'>,
  place: RunLocation,
  command: readonly string[],
): Promise<string> {
  const connection = await transport.connect(runTarget(place), { deadlineMs: waits.answer });
  try {
    return (
      await connection.exec({
        command: ['sudo', '-n', ...command],
        deadlineMs: waits.answer + stopSeconds * 1000,
      })
    ).stdout;
  } finally {
    await connection.close();
  }
}
