import { Conflict } from '../../../base/errors.js';
import { OperationFailure } from '../../operation/operation-errors.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import type { Stores } from '../../store/stores.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { waits } from '../context/deadlines.js';
import { closeToLostProxies } from './close-to-lost-proxies.js';
import { planDeploy, readDeploy, type DeployWork } from './deploy-work.js';
import { requireConverged } from '../converge/require-converged.js';
import { findUnreached } from '../nodes/private-addresses.js';
import { findUnanswered } from '../proxies/try-backends.js';
import { drainEnd } from './retire/retire-operation.js';
import { readyNodes } from '../databag/snapshot-view.js';
import { ofType, proxiedType } from '../databag/tcp-mode.js';

/** Problems that are said beside the one that a switch ends with. */
const maxSaid = 10;

/**
 * Phase 4: the new containers serve, the old retire, and every proxy has acknowledged that. Without proxies
 * there is nothing to acknowledge. @throws OperationFailure when a proxy does not, and before anything
 * changes when a new container does not answer a proxy that would give it requests
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
    hosts: deploy.crossing?.hosts,
    releaseId: deploy.releaseId,
    nodes: (now) => readyNodes(now, 'proxy'),
    action: `switch to v${release.version}`,
    deadlineMs: waits.switch,
    signal,
  });
  requireConverged(deploy.context, `proxies did not switch to v${release.version}`, reports);
}

/** What stands between a proxy and containers, in words, and whether it must not be switched with that. */
interface Problem {
  readonly proxy: string;
  readonly node: string;
  readonly why: string;
  readonly stops: boolean;
}

/**
 * From each proxy new containers answer as they will have to, and addresses that serve already lead where they
 * should. What serves already may just be restarting, and a type without a health check need not answer yet:
 * that is said, and nothing is held back for it, unless something else answers.
 */
async function requireReach(
  deploy: DeployWork,
  snapshot: FormationSnapshot,
  { health }: SnapshotRelease,
  signal: AbortSignal,
): Promise<void> {
  const served = proxiedType(snapshot.formation.proxySettings);
  const check = ofType(health, served);
  const answering = new Set(snapshot.nodes.filter(({ status }) => status === 'ready').map(({ id }) => id));
  const web = planDeploy(snapshot, deploy).keep.filter(
    ({ type, nodeId }) => type === served && answering.has(nodeId),
  );
  const fresh = web.filter(({ state }) => state === 'starting');
  const isFresh = new Set(fresh.map(({ nodeId }) => nodeId));
  // Ports of new containers are tried by asking them.
  const places = web.map(({ nodeId, port }) => ({ nodeId, port: isFresh.has(nodeId) ? null : port }));
  const [unreached, unanswered] = await Promise.all([
    findUnreached(deploy, snapshot, places, signal),
    findUnanswered(deploy, fresh, { snapshot, check, signal }),
  ]);
  requireNone(deploy, [
    ...unreached.map((each) => ({ ...each, stops: each.isStranger })),
    ...unanswered.map((each) => ({ ...each, stops: each.isStranger || check?.kind !== 'none' })),
  ]);
}

/** Says what holds nothing back. @throws OperationFailure of the first that does */
function requireNone({ context }: DeployWork, problems: readonly Problem[]): void {
  for (const { why } of problems.filter(({ stops }) => !stops)) context.line(` !     ${why}`);
  const [worst, ...others] = problems.filter(({ stops }) => stops);
  if (worst === undefined) return;
  for (const { why } of others.slice(0, maxSaid)) context.line(` !     ${why}`);
  throw new OperationFailure(
    `${worst.why}: nothing was switched. Open the ports of ${worst.node} to ${worst.proxy}, mend its network, ` +
      `or take it out with \`deis nodes:destroy ${worst.node}\` and add it again with the right address`,
    { node: worst.node, proxy: worst.proxy },
  );
}

async function switchRows(deploy: DeployWork, stores: Stores, snapshot: FormationSnapshot): Promise<boolean> {
  const hasCrossed = (await deploy.crossing?.cross(stores, snapshot)) ?? false;
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
  return hasCrossed || serve.length + retiring.length + removing.length > 0;
}
