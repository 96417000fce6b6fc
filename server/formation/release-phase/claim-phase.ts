import { Secret } from '../../../base/secret.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { ReleasePhaseRecord } from '../../store/app/release-phase-store.js';
import type { RunRecord } from '../../store/app/run-store.js';
import type { FormationWork } from '../context/formation-work.js';
import { phaseCommand } from '../databag/process-types.js';
import { openNodes } from '../databag/snapshot-view.js';

/** A release phase with the one-off command that it is. */
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
  const count = ({ id }: NodeRecord): number =>
    snapshot.containers.filter(({ nodeId }) => nodeId === id).length;
  const open = openNodes(snapshot);
  const chosen = open.filter(({ id }) => fetching.some((node) => node.id === id));
  return (chosen.length > 0 ? chosen : open).toSorted((a, b) => count(a) - count(b))[0];
}

/**
 * Writes down that the release's phase will run on the node, before anything is there; the one that is
 * written down already, where there is one.
 */
export async function claimPhase(
  { parts, formationId, context }: FormationWork,
  release: SnapshotRelease,
  node: NodeRecord,
): Promise<ClaimedPhase> {
  return parts.stores.withFormationLock(formationId, async (stores) => {
    const known = await stores.releasePhases.byRelease(release.id);
    if (known !== undefined)
      return { record: known, run: known.runId === null ? undefined : await stores.runs.byId(known.runId) };
    const id = parts.newId();
    const run = await stores.runs.insert({
      id,
      formationId,
      nodeId: node.id,
      container: `${context.operation.formationName}-release-v${release.version}-${id.slice(0, 8)}`,
      command: new Secret(phaseCommand(release.build) ?? ''),
      detached: true,
      requestedBy: context.operation.requestedBy,
    });
    return { record: await stores.releasePhases.insert({ releaseId: release.id, runId: id }), run };
  });
}
