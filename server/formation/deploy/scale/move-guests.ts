import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';
import type { ContainerRecord } from '../../../store/app/container-store.js';
import type { ListedFormation } from '../../../store/app/formation-store.js';
import type { NodeRecord } from '../../../store/infrastructure/node-store.js';
import type { OperationRecord } from '../../../store/operations/operation-store.js';
import { convergeTarget } from '../../converge/converge-target.js';
import { deadlines, waits } from '../../context/deadlines.js';
import type { FormationParts } from '../../context/formation-parts.js';
import { requireSnapshot, type FormationWork } from '../../context/formation-work.js';
import { guestsStep } from '../../context/steps.js';
import { queueReschedule } from '../../requests/queue-reschedule.js';

interface Moving {
  readonly guest: string;
  readonly guestId: number;
  readonly operationId: string;
}

/**
 * Tells each guest of a formation, and each that is passed on from there, that its nodes have changed, by an
 * operation in the guest's own queue: it places its containers anew, and brings its site to new proxies. @param
 * nodes names of those that it is about
 */
export async function callGuests(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  hostId: number,
  nodes: readonly string[],
): Promise<Moving[]> {
  const called: Moving[] = [];
  for (const guest of await stores.formations.presentOn(hostId)) {
    // Who is about to come has nothing here yet.
    if (guest.vacantHostId === hostId) continue;
    const operation = await stores.withFormationLock(guest.id, async (inside) => {
      const formation = await inside.formations.byId(guest.id);
      if (formation === undefined || formation.destroying) return undefined;
      return (await queueReschedule({ stores: inside, newId }, formation, nodes)).operation;
    });
    if (operation !== undefined) called.push(movingOf(guest, operation));
  }
  return called;
}

function movingOf({ id, name }: ListedFormation, operation: OperationRecord): Moving {
  return { guest: name, guestId: id, operationId: operation.id };
}

/** A guest that serves on a node which it was to leave, and why it does still. */
export interface StuckGuest {
  readonly node: NodeRecord;
  readonly guest: string;
  readonly problem: string;
}

/**
 * Has all guests leave the nodes that are to take no containers, each by its own queue and health checks, and waits
 * for them. One that does not move in time, or cannot, is named, and holds up nobody. Resolves to those that would
 * lose containers with these nodes that served before and may serve still.
 */
export async function moveGuests(run: FormationWork): Promise<StuckGuest[]> {
  const { parts, context, formationId } = run;
  const { guests = [], nodes } = await requireSnapshot(parts.stores, formationId);
  if (guests.length === 0) return [];
  const leaving = nodes.filter(isLeaving);
  return context.step(guestsStep, deadlines.guests, async (signal) => {
    context.line(`-----> Moving guests: ${guests.join(', ')}`);
    const served = new Set((await servingOn(run, leaving)).map(({ id }) => id));
    const names = leaving.map(({ name }) => name);
    const moving = await callGuests(parts, formationId, names);
    const ends = await Promise.all(moving.map((each) => moved(run, each, leaving, signal)));
    const problems = new Map(moving.map(({ guestId }, index) => [guestId, ends[index]]));
    for (const { guest, guestId } of moving)
      if (problems.get(guestId) !== undefined) context.line(` !     ${guest}: ${problems.get(guestId)}`);
    const left = (await servingOn(run, leaving)).filter(({ id }) => served.has(id));
    const answering = await answeringAmong(run, leaving, left, signal);
    return moving.flatMap(({ guest, guestId }) => {
      const problem = problems.get(guestId);
      const its = new Set(left.filter((each) => each.formationId === guestId).map(({ nodeId }) => nodeId));
      if (problem === undefined) return [];
      return answering.filter(({ id }) => its.has(id)).map((node) => ({ node, guest, problem }));
    });
  });
}

/** Containers that serve there, so far as they were seen. */
async function servingOn(
  { parts: { stores } }: FormationWork,
  nodes: readonly NodeRecord[],
): Promise<ContainerRecord[]> {
  const containers = await Promise.all(nodes.map(({ id }) => stores.containers.ofNode(id)));
  return containers
    .flat()
    .filter(({ state, seen }) => state === 'serving' && (seen === null || seen.state === 'up'));
}

/** Of these nodes those that answer, and where some of these containers are. */
async function answeringAmong(
  run: FormationWork,
  nodes: readonly NodeRecord[],
  containers: readonly ContainerRecord[],
  signal: AbortSignal,
): Promise<NodeRecord[]> {
  const ids = new Set(containers.map(({ nodeId }) => nodeId));
  const asked = nodes.filter(({ id, address }) => ids.has(id) && address !== null);
  if (asked.length === 0) return [];
  const snapshot = await requireSnapshot(run.parts.stores, run.formationId);
  const answers = await run.fleet.probe(
    asked.map((node) => convergeTarget(snapshot, node)),
    signal,
  );
  return asked.filter(({ name }) => (answers.get(name) ?? null) === null);
}

function isLeaving({ status, scheduling }: NodeRecord): boolean {
  return status === 'removing' || scheduling === 'drained';
}

function nodesOf(left: readonly ContainerRecord[], leaving: readonly NodeRecord[]): string {
  const ids = new Set(left.map(({ nodeId }) => nodeId));
  return leaving
    .filter(({ id }) => ids.has(id))
    .map(({ name }) => name)
    .join(', ');
}

/** Resolves to why a guest has not moved; undefined when it has. */
async function moved(
  { parts: { stores, settings } }: FormationWork,
  { guestId, operationId }: Moving,
  leaving: readonly NodeRecord[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const ids = new Set(leaving.map(({ id }) => id));
  const look = async (): Promise<{ problem: string | undefined } | undefined> => {
    const operation = await stores.operations.byId(operationId);
    if (operation === undefined) return { problem: undefined };
    if (operation.finishedAt === null) return undefined;
    const left = (await stores.containers.ofFormation(guestId)).filter(({ nodeId }) => ids.has(nodeId));
    if (left.length === 0 && operation.state === 'succeeded') return { problem: undefined };
    if (operation.state !== 'succeeded')
      return { problem: `did not move: ${operation.error?.message ?? operation.state}` };
    // Old containers end their requests in an operation of their own; a node that is gone will not say that they ended.
    const serves = left.some(({ state }) => state === 'serving' || state === 'starting');
    const retires = await stores.operations.unfinishedOfFormation(guestId, 'retire');
    if (serves || retires.length > 0) return undefined;
    return { problem: `has moved; what it had on ${nodesOf(left, leaving)} could not be stopped there` };
  };
  try {
    const limits = { deadlineMs: waits.guests, intervalMs: settings.lookMs, signal };
    return (await waitUntil(look, { ...limits, what: 'a guest to move' })).problem;
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    return `has not moved within ${Math.round(waits.guests / 60_000)} minutes`;
  }
}
