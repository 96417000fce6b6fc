import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { waits } from '../context/deadlines.js';
import { nodesToStartOn, planDeploy, readDeploy, type DeployWork } from './deploy-work.js';
import { phaseNode } from './enter-release-phase.js';

/**
 * Phase 1: the nodes that will run new containers, or the release phase, get image and slug, verified.
 * @throws OperationFailure when one does not
 */
export async function prefetchRelease(deploy: DeployWork, signal: AbortSignal): Promise<void> {
  const { snapshot, release } = await readDeploy(deploy);
  const nodes = nodesToFetch(snapshot, deploy);
  if (nodes.length === 0) return;
  deploy.context.line(`-----> Fetching v${release.version} on ${nodes.map(({ name }) => name).join(', ')}`);
  const reports = await convergeNodes(deploy, {
    change: () => Promise.resolve(true),
    releaseId: deploy.releaseId,
    nodes: (now) => {
      const told = nodesToFetch(now, deploy);
      for (const { id } of told) deploy.fetched.add(id);
      return told;
    },
    action: `prefetch v${release.version}`,
    deadlineMs: waits.prefetch,
    signal,
  });
  requireConverged(deploy.context, `v${release.version} could not be fetched`, reports);
}

/** The nodes that the deploy needs the release on, as of the snapshot. */
export function nodesToFetch(snapshot: FormationSnapshot, deploy: DeployWork): NodeRecord[] {
  const starting = nodesToStartOn(snapshot, planDeploy(snapshot, deploy));
  const node = phaseNode(snapshot, deploy);
  return node === undefined || starting.some(({ id }) => id === node.id) ? starting : [...starting, node];
}
