import { Secret } from '../../../base/secret.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { ReleasePhaseRecord } from '../../store/app/builds/release-phase-store.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { FormationWork } from '../context/formation-work.js';
import { phaseCommand } from '../databag/process-types.js';
import { openNodes, readyNodes } from '../databag/snapshot-view.js';
import type { PhaseKind } from './phase-kind.js';

/** A phase with the one-off command that it is. */
export interface ClaimedPhase {
  readonly record: ReleasePhaseRecord;
  /** Undefined once its node is gone. */
  readonly run: RunRecord | undefined;
}

/**
 * Where a release phase runs: of the nodes that get the release's slug anyway, or else of all that take new
 * containers, the one with the fewest. Undefined when there is none, or the release has no such command.
 */
export function choosePhaseNode(
  snapshot: Pick<FormationSnapshot, 'layers' | 'nodes' | 'containers'>,
  release: Pick<SnapshotRelease, 'build'>,
  fetching: readonly NodeRecord[],
): NodeRecord | undefined {
  if (phaseCommand(release.build) === undefined) return undefined;
  const open = openNodes(snapshot);
  const chosen = open.filter(({ id }) => fetching.some((node) => node.id === id));
  return emptiest(snapshot, chosen.length > 0 ? chosen : open);
}

/**
 * Where a command of a live release runs: of the nodes that serve it, or else of all that take new containers,
 * the one with the fewest. Undefined when there is none.
 */
export function chooseLiveNode(
  snapshot: Pick<FormationSnapshot, 'layers' | 'nodes' | 'containers'>,
  releaseId: number,
): NodeRecord | undefined {
  const serving = readyNodes(snapshot, 'runtime').filter((node) => isServedBy(snapshot, releaseId, node));
  return emptiest(snapshot, serving.length > 0 ? serving : openNodes(snapshot));
}

/** Whether containers of the release serve on the node: then all that it needs lies there. */
export function isServedBy(
  { containers }: Pick<FormationSnapshot, 'containers'>,
  releaseId: number,
  { id }: NodeRecord,
): boolean {
  return containers.some(
    (container) =>
      container.nodeId === id && container.releaseId === releaseId && container.state === 'serving',
  );
}

function emptiest(
  { containers }: Pick<FormationSnapshot, 'containers'>,
  nodes: readonly NodeRecord[],
): NodeRecord | undefined {
  const count = ({ id }: NodeRecord): number => containers.filter(({ nodeId }) => nodeId === id).length;
  return nodes.toSorted((a, b) => count(a) - count(b))[0];
}

/**
 * Writes down that the phase will run on the node, before anything is there; the one that is
 * written down already, where there is one.
 */
export async function claimPhase(
  { parts, formationId, context }: FormationWork,
  release: SnapshotRelease,
  { word, command = '', records }: PhaseKind,
  node: NodeRecord,
): Promise<ClaimedPhase> {
  return parts.stores.withFormationLock(formationId, async (stores) => {
    const known = await records(stores).byRelease(release.id);
    if (known !== undefined)
      return { record: known, run: known.runId === null ? undefined : await stores.runs.byId(known.runId) };
    const id = parts.newId();
    const run = await stores.runs.insert({
      id,
      formationId,
      nodeId: node.id,
      container: `${context.operation.formationName}-${word}-v${release.version}-${id.slice(0, 8)}`,
      command: new Secret(command),
      detached: true,
      requestedBy: context.operation.requestedBy,
    });
    return { record: await records(stores).insert({ releaseId: release.id, runId: id }), run };
  });
}
