import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { containerNames, nodesToStartOn, planDeploy, readDeploy, type DeployWork } from './deploy-work.js';
import { requireSnapshot } from '../context/formation-work.js';
import { requireConverged } from '../converge/require-converged.js';
import { startDeadline } from './start-deadline.js';

/**
 * Phase 3: the new containers start beside the old and become healthy, or the phase fails. @throws
 * OperationFailure with their last log lines
 */
export async function startContainers(deploy: DeployWork, signal: AbortSignal): Promise<void> {
  const { snapshot, release } = await readDeploy(deploy);
  const plan = planDeploy(snapshot, deploy);
  if (nodesToStartOn(snapshot, plan).length === 0) return;
  const starting = [...plan.keep.filter(({ state }) => state === 'starting'), ...plan.start];
  deploy.context.line(`-----> Starting ${containerNames(starting)} of v${release.version}`);
  const reports = await convergeNodes(deploy, {
    change: (stores, now) => insertRows(deploy, stores, now),
    releaseId: deploy.releaseId,
    nodes: (now) => nodesToStartOn(now, planDeploy(now, deploy)),
    action: `start v${release.version}`,
    deadlineMs: startDeadline(release, deploy.facts.healthSeconds),
    signal,
  });
  requireConverged(deploy.context, `v${release.version} did not start`, reports);
}

async function insertRows(deploy: DeployWork, stores: Stores, snapshot: FormationSnapshot): Promise<boolean> {
  const { start } = planDeploy(await withHeldPorts(deploy, stores, snapshot), deploy);
  const rows = await stores.containers.insert(
    start.map((placement) => ({
      ...placement,
      formationId: deploy.formationId,
      releaseId: deploy.releaseId,
      state: 'starting' as const,
    })),
  );
  for (const row of rows) deploy.started.add(row.id);
  return rows.length > 0;
}

/** Formations that share nodes give out ports one after the other: each sees what those before it have taken. */
async function withHeldPorts(
  { formationId, releaseId, place }: DeployWork,
  stores: Stores,
  snapshot: FormationSnapshot,
): Promise<FormationSnapshot> {
  if (snapshot.others === undefined) return snapshot;
  await stores.containers.lockPorts(snapshot.host?.id ?? formationId);
  return requireSnapshot(stores, formationId, [releaseId], place);
}
