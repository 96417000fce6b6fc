import { isHandover } from '../../operation/operation-errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { deadlines } from '../context/deadlines.js';
import { stopPhaseStep } from '../context/steps.js';
import { liveRelease, releaseOf } from '../databag/snapshot-view.js';
import { choosePhaseNode } from '../release-phase/claim-phase.js';
import { Phase } from '../release-phase/phase.js';
import { releasePhaseOf } from '../release-phase/phase-kind.js';
import { nodesToStartOn, planDeploy, readDeploy, type DeployWork } from './deploy-work.js';

/**
 * The node that this deploy's release phase runs on; undefined when it has none: it belongs to releases that
 * have not been live, and to formations with somewhere to run.
 */
export function phaseNode(snapshot: FormationSnapshot, deploy: DeployWork): NodeRecord | undefined {
  if (deploy.wasLive) return undefined;
  const fetching = nodesToStartOn(snapshot, planDeploy(snapshot, deploy));
  return choosePhaseNode(snapshot, releaseOf(snapshot, deploy.releaseId), fetching);
}

/**
 * Phase 2: the release's `release` command runs, once, before any container of it starts. When it fails,
 * runs out of time or the operation is cancelled, its container ends and the phase fails. @throws
 * OperationFailure that says which
 */
export async function enterReleasePhase(deploy: DeployWork): Promise<void> {
  const { context, parts } = deploy;
  const { snapshot, release } = await readDeploy(deploy);
  const node = phaseNode(snapshot, deploy);
  const kind = releasePhaseOf(release, liveRelease(snapshot)?.version);
  const phase = new Phase(deploy, release, kind, snapshot);
  const deadlineMs = parts.settings.releaseSeconds * 1000 + deadlines.phase;
  try {
    await context.step('release', deadlineMs, async (signal) => node && phase.run(node, signal));
  } catch (error) {
    if (!isHandover(error) && (await phase.isUnfinished()))
      await context.cleanupStep(stopPhaseStep, deadlines.stopPhase, () => phase.stop());
    throw error;
  }
}
