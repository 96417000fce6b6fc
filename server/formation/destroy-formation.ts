import type { OperationContext } from '../operation/operation-context.js';
import type { FormationSnapshot } from '../store/app/formation-snapshot.js';
import { readFormationSnapshot } from '../store/app/formation-snapshot.js';
import type { Stores } from '../store/stores.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { OperationRecord } from '../store/operations/operation-store.js';
import type { UserRecord } from '../store/people/user-store.js';
import { Conflict, NotFound } from '../../base/errors.js';
import { WaitDeadline, waitUntil } from '../../base/wait-until.js';
import type { CloudNode, Provider } from '../../provisioner/provider.js';
import { OperationFailure } from '../operation/operation-errors.js';
import { deadlines, waits } from './context/deadlines.js';
import { nodesFailure } from './context/for-each-node.js';
import type { FormationParts } from './context/formation-parts.js';
import { withFormationWork, workAt } from './context/formation-work.js';
import { ownPlace } from './context/own-nodes.js';
import { openLayerProvider } from './context/layer-provider.js';
import { attachedProblem } from './databag/attached.js';
import { leaveHost } from './deploy/scale/leave-host.js';
import { terminateNodes } from './nodes/terminate-nodes.js';
import { destroyKind } from './requests/kinds/destroy.js';
import { enqueueWithin } from './requests/enqueue-operation.js';

/**
 * Queues the formation's end: its other operations are cancelled, and new ones refused. Asking twice gives
 * the one that is under way.
 */
export async function destroyFormation(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return parts.stores.withFormationLock(formation.id, async (stores) => {
    if ((await stores.formations.byId(formation.id)) === undefined)
      throw new NotFound(`formation ${formation.name} is gone`);
    const unfinished = await stores.operations.unfinishedOfFormation(formation.id);
    const destroying = unfinished.find((operation) => destroyKind.is(operation));
    if (destroying !== undefined) return destroying;
    await requireNoGuests(stores, formation);
    const attached = attachedProblem(formation.name, await stores.services.ofProvider(formation.id));
    if (attached !== undefined) throw new Conflict(attached);
    await stores.formations.markDestroying(formation.id);
    for (const { id } of unfinished) await stores.operations.requestCancel(id);
    return enqueueWithin(stores, {
      id: parts.newId(),
      formation,
      kind: destroyKind,
      params: {},
      actor: { userId: user.id },
    });
  });
}

/**
 * Terminates the nodes and what the cloud has beside them, removes repository and slugs, and the rows last:
 * until then it can be repeated.
 */
export async function carryOutDestroy(parts: FormationParts, context: OperationContext): Promise<void> {
  const { formationId, formationName } = context.operation;
  const snapshot = formationId === null ? undefined : await readFormationSnapshot(parts.stores, formationId);
  // Gone already: somebody else may have a formation of this name by now.
  if (snapshot === undefined) return;
  await context.step('terminate', deadlines.terminate, (signal) =>
    leaveAndTerminate(parts, context, snapshot.formation, signal),
  );
  await context.step('clean', deadlines.clean, async (signal) => {
    await parts.removeFormationFiles(formationName);
    signal.throwIfAborted();
    await parts.stores.withFormationLock(snapshot.formation.id, (stores) =>
      stores.formations.delete(snapshot.formation.id),
    );
  });
  context.line(`       ${formationName} is destroyed`);
}

/** Nodes of its own go last: another's proxies may pass on to them. */
async function leaveAndTerminate(
  parts: FormationParts,
  context: OperationContext,
  formation: FormationRecord,
  signal: AbortSignal,
): Promise<void> {
  await leaveAll(parts, context, formation, signal);
  const own = await readFormationSnapshot(parts.stores, formation.id, [], ownPlace(formation));
  if (own !== undefined) await terminateAll(parts, context, own, signal);
}

/** Hosts that it lives on, and those where a move has left something of it; first proxies that pass on to others. */
async function leaveAll(
  parts: FormationParts,
  context: OperationContext,
  { id: own, hostId, formerHostId, vacantHostId }: FormationRecord,
  signal: AbortSignal,
): Promise<void> {
  const grounds = [formerHostId, hostId, vacantHostId].filter((id) => id !== null);
  if (grounds.length === 0) return;
  await withFormationWork(parts, context, async (run) => {
    for (const groundId of grounds)
      await leaveHost(await workAt(run, { groundId }, signal), signal).catch((error: unknown) => {
        // Its own nodes end below, whatever they answer.
        if (groundId !== own || !(error instanceof OperationFailure)) throw error;
      });
  });
}

async function terminateAll(
  parts: FormationParts,
  context: OperationContext,
  snapshot: FormationSnapshot,
  signal: AbortSignal,
): Promise<void> {
  if (snapshot.nodes.length > 0)
    context.line(`-----> Terminating ${snapshot.nodes.map(({ name }) => name).join(', ')}`);
  const failure = nodesFailure(
    'nodes could not be terminated',
    await terminateNodes(parts, snapshot, snapshot.nodes, signal),
    'The same command again goes on',
  );
  if (failure !== undefined) throw failure;
  for (const layer of snapshot.layers) {
    const { provider, layer: cloudLayer } = await openLayerProvider(
      parts,
      snapshot.formation,
      layer,
      'manage',
    );
    // Machines whose rows are gone, or never came to be.
    const orphans = await provider.listNodes(snapshot.formation.name, signal);
    for (const { uuid, cloudId, name } of orphans)
      await provider.terminateNode({ uuid, cloudId, name }, signal);
    await proveGone(provider, snapshot.formation.name, signal);
    await provider.destroyLayer(cloudLayer, signal);
  }
}

/** @throws Conflict naming those that live on its nodes, or have not left them yet */
async function requireNoGuests(stores: Stores, { id, name }: FormationRecord): Promise<void> {
  const present = await stores.formations.presentOn(id);
  const guests = present.filter(({ hostId }) => hostId === id).map((guest) => guest.name);
  if (guests.length > 0)
    throw new Conflict(
      `${guests.join(', ')} live${guests.length === 1 ? 's' : ''} on the nodes of ${name}, nothing was destroyed: ` +
        'destroy them first',
    );
  const [moving] = present;
  if (moving === undefined) return;
  throw new Conflict(
    `${moving.name} has not left the nodes of ${name}, or moves there, nothing was destroyed: ` +
      `\`deis formations:move ${moving.name} --finish\` first, or \`deis hosts:finish ${moving.name} -f ${name}\``,
  );
}

/** A cloud may list for a moment what has ended. @throws OperationFailure naming machines that stay */
async function proveGone(provider: Provider, formation: string, signal: AbortSignal): Promise<void> {
  let left: readonly CloudNode[] = [];
  const look = async (): Promise<true | undefined> => {
    left = await provider.listNodes(formation, signal);
    return left.length === 0 ? true : undefined;
  };
  try {
    await waitUntil(look, { deadlineMs: waits.answer, intervalMs: 1000, what: 'the machines to go', signal });
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    const machines = left.map(({ name, cloudId }) => `${name} (${cloudId})`).join(', ');
    throw new OperationFailure(
      `machines are still there after they were ended: ${machines}. The same command again goes on`,
      { machines: left.map(({ cloudId }) => cloudId) },
    );
  }
}
