import type { OperationContext } from '../../../operation/operation-context.js';
import type { OperationRecord } from '../../../store/operations/operation-store.js';
import { chooseTarget } from '../../placement/choose-target.js';
import { deadlines } from '../../context/deadlines.js';
import { deployWithin } from '../deploy-release.js';
import { tellFormer } from '../../converge/tell-former.js';
import { passOnStep } from '../../context/steps.js';
import { callGuests } from './move-guests.js';
import { removeContainers } from '../retire/retire-containers.js';
import type { FormationParts } from '../../context/formation-parts.js';
import {
  requireSnapshot,
  snapshotOf,
  withFormationWork,
  workAt,
  type FormationWork,
} from '../../context/formation-work.js';
import { probeNodes } from '../../nodes/probe-nodes.js';
import { queueReschedule } from '../../requests/queue-reschedule.js';
import { ownPlace } from '../../context/own-nodes.js';

/**
 * Queues a look at the formation's nodes, because these have gone silent, or answer again: who is lost
 * leaves, who is back returns, and the containers are placed anew. undefined when that is queued already, or
 * the nodes are no longer in service, or the formation is going.
 */
export async function rescheduleFormation(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  formationId: number,
  nodes: readonly string[],
): Promise<OperationRecord | undefined> {
  return stores.withFormationLock(formationId, async (inside) => {
    const formation = await inside.formations.byId(formationId);
    if (formation === undefined || formation.destroying) return undefined;
    const isServing = (await inside.nodes.ofFormation(formationId)).some(
      ({ name, status }) => nodes.includes(name) && (status === 'ready' || status === 'lost'),
    );
    if (!isServing) return undefined;
    const { operation, isNew } = await queueReschedule({ stores: inside, newId }, formation, nodes);
    return isNew ? operation : undefined;
  });
}

/**
 * Finds out which nodes answer, takes the lost ones out of the proxies, and starts their containers
 * elsewhere; with nothing released it only finds out.
 * @throws OperationFailure as a deploy does; nothing has moved when no runtime node, or no proxy, can be
 * reached
 */
export async function carryOutReschedule(
  parts: FormationParts,
  context: OperationContext,
  { nodes }: { readonly nodes: readonly string[] },
): Promise<Record<string, unknown>> {
  const suspects = new Set(nodes);
  return withFormationWork(parts, context, async (run) => {
    const target = chooseTarget(await requireSnapshot(parts.stores, run.formationId));
    const result = target?.build ? await deployWithin({ ...run, suspects }, target.id) : {};
    if (!target?.build)
      await context.step('probe', deadlines.probe, (signal) => probeNodes({ ...run, suspects }, signal));
    await callGuests(parts, run.formationId, nodes);
    await clearReturned(run);
    await followProxies(run);
    await lookAtOwn({ ...run, suspects });
    return result;
  });
}

/** Nodes of a guest's own, which it may move to. */
async function lookAtOwn(run: FormationWork): Promise<void> {
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  const place = ownPlace(formation);
  if (place === undefined || (await run.parts.stores.nodes.ofFormation(formation.id)).length === 0) return;
  await run.context.step('probe', deadlines.probe, async (signal) => {
    const { nodes, containers } = await requireSnapshot(run.parts.stores, formation.id, [], place);
    const own = new Set(nodes.map(({ id }) => id));
    // Of a move that was broken off.
    const serves = containers.some(({ state, nodeId }) => state === 'serving' && own.has(nodeId));
    await probeNodes(await workAt(run, place, signal), signal, { mayLoseAll: !serves });
  });
}

/** Proxies of its former host that are new, or are to know others here. */
export async function followProxies(run: FormationWork): Promise<void> {
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  if (formation.formerHostId === null) return;
  await run.context.step(passOnStep, deadlines.switch, (signal) => tellFormer(run, signal));
}

/** What a guest left on a node of its host, or of its former one, that was away, and is back, is stopped there. */
async function clearReturned(run: FormationWork): Promise<void> {
  await clearAt(run);
  const { formation } = await requireSnapshot(run.parts.stores, run.formationId);
  if (formation.formerHostId !== null)
    await clearAt(await workAt(run, { groundId: formation.formerHostId }, run.context.signal));
}

async function clearAt(run: FormationWork): Promise<void> {
  const { host, nodes, containers } = await snapshotOf(run);
  if (host === undefined) return;
  const ready = new Set(nodes.filter(({ status }) => status === 'ready').map(({ id }) => id));
  const left = containers.filter(({ state, nodeId }) => state === 'removing' && ready.has(nodeId));
  if (left.length === 0) return;
  const ids = left.map(({ id }) => id);
  await run.context.step('remove', deadlines.remove, (signal) => removeContainers(run, ids, signal));
}
