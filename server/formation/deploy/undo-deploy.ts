import { messageOf } from '../../../base/errors.js';
import { isHandover, OperationFailure } from '../../operation/operation-errors.js';
import type { ContainerRecord } from '../../store/app/container-store.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { groundOf } from '../../store/app/formation-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import type { Stores } from '../../store/stores.js';
import { describeReport, maxEvidence } from '../converge/converge-failure.js';
import { convergeNodes, type ConvergeRequest } from '../converge/converge-nodes.js';
import { deadlines, waits } from '../context/deadlines.js';
import type { DeployWork } from './deploy-work.js';
import { nodesToFetch } from './prefetch-release.js';
import { requireSnapshot } from '../context/formation-work.js';
import { drainEnd, enqueueRetire, unclaimedContainers } from './retire/retire-operation.js';
import { liveRelease, readyNodes, releaseOf } from '../databag/snapshot-view.js';
import { undoStep } from '../context/steps.js';

/** Characters kept of a failed release's reason: the message, and all evidence. */
const maxReason = maxEvidence + 8 * 1024;

/**
 * Puts a failed deploy back, in one transaction first: the release is marked failed, what served before
 * serves again, new containers go. Then proxies are switched back (if they had been switched), and nodes stop
 * what is new and let go of what they have fetched for it. What a node cannot be told now it learns at its
 * next converge: the rows hold the ports until then. Throws only when somebody else carries on. A deploy whose
 * last transaction was committed before the error is done, and nothing is put back: resolves to the number of
 * containers that serve then, otherwise to undefined.
 */
export async function undoDeploy(deploy: DeployWork, error: unknown): Promise<number | undefined> {
  try {
    return await deploy.context.cleanupStep(undoStep, deadlines.undo, (signal) =>
      undo(deploy, error, signal),
    );
  } catch (trouble) {
    if (isHandover(trouble)) throw trouble;
    deploy.context.line(
      ` !     Not all could be put back: ${trouble instanceof Error ? trouble.message : String(trouble)}`,
    );
    return undefined;
  }
}

async function undo(deploy: DeployWork, error: unknown, signal: AbortSignal): Promise<number | undefined> {
  const { parts, formationId, context, place, crossing } = deploy;
  let wasSwitched = context.operation.attempts > 1;
  const converge = (order: Pick<ConvergeRequest, 'nodes' | 'deadlineMs'>): Promise<void> =>
    convergeAsFarAsPossible(deploy, { ...order, action: 'undo', signal });
  const putBack = async (stores: Stores): Promise<number | undefined> => {
    const snapshot = await requireSnapshot(stores, formationId, [deploy.releaseId], place);
    if (await isCommitted(deploy, stores, snapshot))
      return snapshot.containers.filter(
        ({ state, releaseId }) => state === 'serving' && releaseId === deploy.releaseId,
      ).length;
    await markFailed(deploy, stores, snapshot, error);
    // An earlier attempt has told the same nodes.
    if (context.operation.attempts > 1)
      for (const { id } of nodesToFetch(snapshot, deploy)) deploy.fetched.add(id);
    wasSwitched = (await putRowsBack(deploy, stores, snapshot)) || wasSwitched;
    await crossing?.crossBack(stores);
    return undefined;
  };
  const serving = await parts.stores.withFormationLock(formationId, putBack, crossing?.hosts);
  if (serving !== undefined) return serving;
  // Whoever is passed on to these proxies is served elsewhere first.
  if (wasSwitched) await crossing?.takeBack(signal);
  if (wasSwitched) await converge({ nodes: (now) => readyNodes(now, 'proxy'), deadlineMs: waits.switch });
  await converge({ nodes: (now) => nodesToClear(now, deploy), deadlineMs: waits.remove });
  await parts.stores.withFormationLock(formationId, async (stores) => {
    const snapshot = await requireSnapshot(stores, formationId, [], place);
    await enqueueRetire(deploy, stores, snapshot);
    sayWhatServes(deploy, snapshot);
  });
  return undefined;
}

/** A release that failed is no outage: what was live before is so still. */
function sayWhatServes({ context, releaseId }: DeployWork, snapshot: FormationSnapshot): void {
  const before = liveRelease(snapshot);
  const serves = snapshot.containers.some(
    ({ state, releaseId: of }) => state === 'serving' && of === before?.id,
  );
  if (before !== undefined && before.id !== releaseId && serves)
    context.line(`       v${before.version} serves on`);
}

/**
 * Whether the transaction that completes the deploy took effect, whatever its caller heard of it: the release
 * has become live, or containers that this attempt told to retire are in charge of a retire operation, and
 * cannot come back. Of a move those of an earlier attempt, too: there is nothing to go back to.
 */
async function isCommitted(
  { releaseId, wasLive, retired, crossing }: DeployWork,
  stores: Stores,
  snapshot: FormationSnapshot,
): Promise<boolean> {
  if (!wasLive && snapshot.formation.liveReleaseId === releaseId) return true;
  const open = new Set((await unclaimedContainers(stores, snapshot)).map(({ id }) => id));
  if (crossing !== undefined && hasMoved(snapshot, open)) return true;
  const present = new Map(snapshot.containers.map(({ id, state }) => [id, state]));
  return [...retired].some((id) => present.get(id) !== 'serving' && !open.has(id));
}

/**
 * It lives and serves on these nodes, and none of its containers elsewhere can come back. @param open unclaimed ones
 */
function hasMoved(snapshot: FormationSnapshot, open: ReadonlySet<number>): boolean {
  const { formation, host, containers } = snapshot;
  const here = nodesHere(snapshot);
  const mayServe = ({ id, state }: ContainerRecord): boolean =>
    state === 'serving' || (state === 'retiring' && open.has(id));
  return (
    groundOf(formation) === (host?.id ?? formation.id) &&
    containers.some(({ nodeId, state }) => here.has(nodeId) && state === 'serving') &&
    !containers.some((container) => !here.has(container.nodeId) && mayServe(container))
  );
}

function nodesHere({ nodes }: FormationSnapshot): ReadonlySet<string> {
  return new Set(nodes.map(({ id }) => id));
}

/**
 * A live release that could not be scaled stays live. What failed containers left behind is kept with either.
 */
async function markFailed(
  deploy: DeployWork,
  stores: Stores,
  snapshot: FormationSnapshot,
  error: unknown,
): Promise<void> {
  if (error instanceof OperationFailure && error.evidence.length > 0) {
    const at = deploy.parts.now().toISOString();
    await stores.releases.setEvidence(
      deploy.releaseId,
      error.evidence.map((each) => ({ ...each, operation: deploy.context.operation.id, at })),
    );
  }
  if (releaseOf(snapshot, deploy.releaseId).state !== 'pending') return;
  await stores.releases.setState(deploy.releaseId, 'failed', reasonOf(error).slice(0, maxReason));
}

/** Resolves to whether proxies may have seen the switch. */
async function putRowsBack(
  deploy: DeployWork,
  stores: Stores,
  snapshot: FormationSnapshot,
): Promise<boolean> {
  const live = liveRelease(snapshot);
  const own = snapshot.containers.filter(({ releaseId }) => releaseId === deploy.releaseId);
  const here = nodesHere(snapshot);
  const unclaimed = await unclaimedContainers(stores, snapshot);
  const restored = unclaimed.filter(({ state, releaseId }) => state === 'retiring' && releaseId === live?.id);
  // Where it moves to all is new, whichever attempt has started it, and so is what took the place of one that is back.
  const isNew = (container: ContainerRecord): boolean =>
    deploy.releaseId !== live?.id ||
    deploy.started.has(container.id) ||
    (deploy.crossing !== undefined && here.has(container.nodeId)) ||
    restored.some((old) => isReplacement(container, old));
  const starting = own.filter(({ state }) => state === 'starting');
  const switched = own.filter((container) => container.state === 'serving' && isNew(container));
  const ids = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);
  await stores.containers.setState(ids(starting), 'removing');
  // Requests may be under way in them: they drain like any other.
  await stores.containers.setState(ids(switched), 'retiring', drainEnd(deploy.parts));
  await stores.containers.setState(ids(restored), 'serving');
  if (starting.length + switched.length + restored.length > 0)
    await stores.formations.bumpGeneration(deploy.formationId);
  return switched.length + restored.length > 0;
}

function isReplacement({ id, type, num }: ContainerRecord, old: ContainerRecord): boolean {
  return type === old.type && num === old.num && id > old.id;
}

/**
 * Nodes that can be told to stop containers now, and those that hold what was fetched of a release that does
 * not serve.
 */
function nodesToClear(snapshot: FormationSnapshot, deploy: DeployWork): NodeRecord[] {
  const ids = new Set(
    snapshot.containers.filter(({ state }) => state === 'removing').map(({ nodeId }) => nodeId),
  );
  if (!deploy.wasLive) for (const id of deploy.fetched) ids.add(id);
  return snapshot.nodes.filter(({ id, status }) => ids.has(id) && status === 'ready');
}

async function convergeAsFarAsPossible(deploy: DeployWork, order: ConvergeRequest): Promise<void> {
  const reports = await convergeNodes(deploy, order);
  for (const report of reports.filter(({ outcome }) => outcome !== 'ok'))
    deploy.context.line(` !     Could not be put back now: ${describeReport(report)}`);
}

/** What is kept with the release: the message, then what each node said. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const nodes =
    error instanceof OperationFailure && Array.isArray(error.details['nodes'])
      ? (error.details['nodes'] as { evidence?: unknown }[])
      : [];
  return [message, ...nodes.map(({ evidence }) => String(evidence ?? '')).filter(Boolean)].join('\n');
}
