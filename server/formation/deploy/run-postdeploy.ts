import { messageOf } from '../../../base/errors.js';
import { isHandover, OperationCancelled, OperationFailure } from '../../operation/operation-errors.js';
import type { SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { deadlines, waits } from '../context/deadlines.js';
import { postdeployStep, stopPostdeployStep } from '../context/steps.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import { chooseLiveNode, isServedBy } from '../release-phase/claim-phase.js';
import { Phase } from '../release-phase/phase.js';
import { postdeployOf, type PhaseKind } from '../release-phase/phase-kind.js';
import { readDeploy, type DeployWork } from './deploy-work.js';

/**
 * After the first deploy of an app: the command of its app.json runs, once. The release serves already, and
 * goes on when the command fails or is cancelled: that is said, and kept with the release. Throws only when
 * somebody else carries on.
 */
export async function runPostdeploy(deploy: DeployWork): Promise<void> {
  const { context, parts } = deploy;
  const { snapshot, release } = await readDeploy(deploy);
  const node = chooseLiveNode(snapshot, release.id);
  if (node === undefined || !(await isDue(deploy, release))) return;
  const kind = postdeployOf(release);
  const phase = new Phase(deploy, release, kind, snapshot);
  const deadlineMs = parts.settings.releaseSeconds * 1000 + deadlines.postdeploy;
  try {
    await context.step(postdeployStep, deadlineMs, async (signal) => {
      if (!isServedBy(snapshot, release.id, node)) await fetchOn(deploy, kind, node, signal);
      await phase.run(node, signal);
    });
  } catch (error) {
    if (isHandover(error)) throw error;
    await context.cleanupStep(stopPostdeployStep, deadlines.stopPhase, async () => {
      if (!(await phase.hasEnded())) await phase.stop();
    });
    context.line(` !     ${failureOf(kind, error).message}`);
  }
}

/** Of releases with such a command the first that becomes live, until it has run. */
async function isDue({ parts: { stores } }: DeployWork, release: SnapshotRelease): Promise<boolean> {
  if (release.build === null || release.build.postdeploy === null) return false;
  const known = await stores.postdeploys.byRelease(release.id);
  return (known?.endedAt ?? null) === null && !(await stores.releases.hasOtherBeenLive(release));
}

/** To a node that serves nothing of the release: its app is scaled to none. @throws OperationFailure */
async function fetchOn(
  deploy: DeployWork,
  { failure }: PhaseKind,
  node: NodeRecord,
  signal: AbortSignal,
): Promise<void> {
  const reports = await convergeNodes(deploy, {
    releaseId: deploy.releaseId,
    nodes: ({ nodes }) => nodes.filter(({ id }) => id === node.id),
    action: 'fetch for postdeploy',
    deadlineMs: waits.prefetch,
    signal,
  });
  try {
    requireConverged(deploy.context, 'its files could not be fetched', reports);
  } catch (error) {
    throw failure(`could not be started on ${node.name}: ${messageOf(error)}`);
  }
}

function failureOf({ failure }: PhaseKind, error: unknown): OperationFailure {
  if (error instanceof OperationFailure) return error;
  return failure(error instanceof OperationCancelled ? 'was cancelled' : `was given up: ${messageOf(error)}`);
}
