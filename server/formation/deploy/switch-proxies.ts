import { Conflict } from '../../../base/errors.js';
import type { FormationSnapshot } from '../../store/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { waits } from '../context/deadlines.js';
import { planDeploy, readDeploy, type DeployWork } from './deploy-work.js';
import { requireConverged } from '../converge/require-converged.js';
import { drainEnd } from './retire-operation.js';
import { readyNodes } from '../databag/snapshot-view.js';

/**
 * Phase 3: the new containers serve, the old retire, and every proxy has acknowledged that. Without proxies
 * there is nothing to acknowledge. @throws OperationFailure when a proxy does not
 */
export async function switchProxies(deploy: DeployWork, signal: AbortSignal): Promise<void> {
  const { snapshot, release } = await readDeploy(deploy);
  const proxies = readyNodes(snapshot, 'proxy');
  if (proxies.length > 0)
    deploy.context.line(
      `-----> Switching ${proxies.map(({ name }) => name).join(', ')} to v${release.version}`,
    );
  const reports = await convergeNodes(deploy, {
    change: (stores, now) => switchRows(deploy, stores, now),
    releaseId: deploy.releaseId,
    nodes: (now) => readyNodes(now, 'proxy'),
    action: `switch to v${release.version}`,
    deadlineMs: waits.switch,
    signal,
  });
  requireConverged(deploy.context, `proxies did not switch to v${release.version}`, reports);
}

async function switchRows(deploy: DeployWork, stores: Stores, snapshot: FormationSnapshot): Promise<boolean> {
  const { keep, start, retire } = planDeploy(snapshot, deploy);
  if (start.length > 0) throw new Conflict('the nodes changed while containers were starting: deploy again');
  const idsOf = (rows: typeof keep, state: string): number[] =>
    rows.filter((row) => row.state === state).map(({ id }) => id);
  const [serve, retiring, removing] = [
    idsOf(keep, 'starting'),
    idsOf(retire, 'serving'),
    idsOf(retire, 'starting'),
  ];
  await stores.containers.setState(serve, 'serving');
  await stores.containers.setState(retiring, 'retiring', drainEnd(deploy.parts));
  for (const id of retiring) deploy.retired.add(id);
  // Left over from an attempt that was given up: never served, hence nothing to drain.
  await stores.containers.setState(removing, 'removing');
  return serve.length + retiring.length + removing.length > 0;
}
