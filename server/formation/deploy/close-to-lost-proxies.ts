import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { waits } from '../context/deadlines.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import { nodesOfKind, readyNodes } from '../databag/snapshot-view.js';
import { planDeploy, type DeployWork } from './deploy-work.js';

/**
 * Before a switch that proxies which are away will miss: containers answer them no more, so that they serve
 * nothing old when they are back, and tell load balancers so, until they have been converged. Without such
 * proxies, and without anything to switch, nothing happens. @throws OperationFailure naming each runtime node
 * that did not take it
 */
export async function closeToLostProxies(
  deploy: DeployWork,
  snapshot: FormationSnapshot,
  signal: AbortSignal,
): Promise<void> {
  // Who reaches containers of a guest is for its host to see to.
  if (snapshot.host !== undefined) return;
  const lost = nodesOfKind(snapshot, 'proxy').filter(({ status }) => status === 'lost');
  const { keep, retire } = planDeploy(snapshot, deploy);
  const switches = retire.length > 0 || keep.some(({ state }) => state === 'starting');
  if (lost.length === 0 || !switches) return;
  for (const { name } of lost)
    deploy.context.line(` !     ${name} is away: containers answer it again once it is back and converged`);
  const reports = await convergeNodes(deploy, {
    nodes: (now) => readyNodes(now, 'runtime'),
    releaseId: deploy.releaseId,
    action: 'close to proxies that are away',
    deadlineMs: waits.switch,
    signal,
  });
  requireConverged(deploy.context, 'containers could not be closed to a proxy that is away', reports);
}
