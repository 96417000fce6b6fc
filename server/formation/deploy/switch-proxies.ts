import { Conflict } from '../../../base/errors.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { waits } from '../context/deadlines.js';
import { closeToLostProxies } from './close-to-lost-proxies.js';
import { planDeploy, readDeploy, type DeployWork } from './deploy-work.js';
import { requireConverged } from '../converge/require-converged.js';
import { findUnreached, type Unreached } from '../nodes/private-addresses.js';
import { drainEnd } from './retire-operation.js';
import { readyNodes } from '../databag/snapshot-view.js';

/**
 * Phase 4: the new containers serve, the old retire, and every proxy has acknowledged that. Without proxies
 * there is nothing to acknowledge. @throws OperationFailure when a proxy does not, and before anything
 * changes when a proxy does not reach a node that it would give requests to
 */
export async function switchProxies(deploy: DeployWork, signal: AbortSignal): Promise<void> {
  const { snapshot, release } = await readDeploy(deploy);
  const proxies = readyNodes(snapshot, 'proxy');
  if (proxies.length > 0) await requireReach(deploy, snapshot, release, signal);
  await closeToLostProxies(deploy, snapshot, signal);
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

/**
 * Addresses are tried before they serve. Of a node with nothing new a container may just be restarting: that
 * is said, and nothing is held back for it, unless another machine answers.
 */
async function requireReach(
  deploy: DeployWork,
  snapshot: FormationSnapshot,
  { health }: SnapshotRelease,
  signal: AbortSignal,
): Promise<void> {
  const isReady = health['web']?.kind !== 'none';
  const web = planDeploy(snapshot, deploy).keep.filter(({ type }) => type === 'web');
  const fresh = new Set(web.filter(({ state }) => state === 'starting').map(({ nodeId }) => nodeId));
  const first = [...web].sort((a, b) => Number(b.state === 'starting') - Number(a.state === 'starting'));
  const problems = await findUnreached(deploy, snapshot, first, signal);
  const stops = ({ node, isStranger }: Unreached): boolean =>
    isStranger || (isReady && snapshot.nodes.some(({ id, name }) => name === node && fresh.has(id)));
  for (const { why } of problems.filter((each) => !stops(each))) deploy.context.line(` !     ${why}`);
  const [worst] = problems.filter(stops);
  if (worst === undefined) return;
  throw new OperationFailure(
    `${worst.why}: nothing was switched. Mend its network, or take it out with ` +
      `\`deis nodes:destroy ${worst.node}\` and add it again with the right address`,
    { node: worst.node, proxy: worst.proxy },
  );
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
