import { Conflict, NotFound } from '../../../base/errors.js';
import { readFormationSnapshot } from '../../store/app/formation-snapshot.js';
import { groundOf, type FormationRecord } from '../../store/app/formation-store.js';
import { olderConnections } from '../../store/older-controllers.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { unclaimedContainers } from '../deploy/retire/retire-operation.js';
import { chooseTarget } from '../placement/choose-target.js';
import { enqueueOperation, enqueueWithin, requireAlive } from '../requests/enqueue-operation.js';
import { convergeKind } from '../requests/kinds/converge.js';
import { finishMoveKind } from '../requests/kinds/finish-move.js';
import { moveKind } from '../requests/kinds/move.js';
import { makeReady } from '../sharing/make-ready.js';
import { requireHost } from '../sharing/require-host.js';
import { requireMove } from '../sharing/require-place.js';
import { requireNoOthers } from './crossing.js';
import { moveProblem, quotaThere } from './plan-move.js';

type Named = Pick<FormationRecord, 'id' | 'name'>;

/**
 * Queues the move of a guest to the nodes of another host, where it gets the quota of new guests, or to its own. To
 * its former host it goes back, to the quota that it had there; to where it lives it moves again, should the last time
 * have been broken off.
 * @param host null: to nodes of its own
 * @throws Conflict for a formation with nodes of its own, one that has not left an earlier place, and a host that
 * cannot take it; Forbidden for a host that is not open to the user
 */
export async function moveFormation(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  user: UserRecord,
  formation: Named,
  host: Named | null,
): Promise<OperationRecord> {
  await requireMovesKnown(stores);
  return stores.transaction(async (inside) => {
    const ground = host === null ? undefined : await requireHost(inside, host);
    await inside.formations.lock(formation.id);
    const guest = await requireAlive(inside, formation.id);
    const to = ground ?? guest;
    const from = await requireMovable(inside, guest, to);
    const isThere = groundOf(guest) === to.id;
    if (!isThere && to.id !== guest.id) await requireOwnersPlace(inside, guest, to, user);
    const isBack = guest.formerHostId === to.id;
    const isNew = !isThere && !isBack;
    if (isNew) await inside.formations.setPlaces(guest.id, { vacantHostId: to.id });
    if (!isThere) await requireRoomThere(inside, guest, to);
    const isShared = isNew && to.id !== guest.id;
    const ready = isShared ? await readied({ stores: inside, newId }, user, to) : undefined;
    const params = { to: to.id, from, isBack, quota: guest.quota, ready: ready?.id ?? null };
    const actor = { userId: user.id };
    return enqueueWithin(inside, { id: newId(), formation: guest, kind: moveKind, params, actor });
  });
}

/** The converge that makes nodes ready for guests: its own, or that of who came just before. */
async function readied(
  parts: Pick<FormationParts, 'stores' | 'newId'>,
  user: UserRecord,
  to: FormationRecord,
): Promise<OperationRecord | undefined> {
  const own = await makeReady(parts, user, to);
  if (own !== undefined) return own;
  const unfinished = await parts.stores.operations.unfinishedOfFormation(to.id, 'formation');
  return unfinished.find((each) => convergeKind.is(each));
}

/** Another controller would neither know who passes on, nor carry the move out. */
async function requireMovesKnown({ database }: Pick<Stores, 'database'>): Promise<void> {
  if ((await olderConnections(database)) > 0)
    throw new Conflict(
      'a controller of the release before is connected to the database, which does not know moves: restart each ' +
        'controller on this release, then again',
    );
}

/** Resolves to the id of the host that it comes from. */
async function requireMovable(stores: Stores, guest: FormationRecord, to: FormationRecord): Promise<number> {
  const { id, name, hostId, formerHostId, vacantHostId } = guest;
  if (hostId === null && formerHostId === null)
    throw new Conflict(
      `${name} has nodes of its own: only formations that live on those of another move, so far`,
    );
  await requireNoneUnderWay(stores, guest);
  if (vacantHostId !== null)
    throw new Conflict(
      `${await nodesOf(stores, guest, vacantHostId)} may still hold something of ${name}: ` +
        `\`deis formations:move ${name} --finish\` first`,
    );
  if (groundOf(guest) === to.id) {
    if (formerHostId !== null && (await isBrokenOff(stores, id, formerHostId))) return formerHostId;
    throw new Conflict(`${name} lives on ${to.id === id ? 'nodes of its own' : to.name} already`);
  }
  if (formerHostId !== null && formerHostId !== to.id)
    throw new Conflict(
      `${await nodesOf(stores, guest, formerHostId)} still pass on to ${name}: point its names at where it ` +
        `lives now, then \`deis formations:move ${name} --finish\` first`,
    );
  if (hostId === null) await requireNoOthers(stores, guest);
  return groundOf(guest);
}

async function nodesOf(stores: Stores, { id, name }: Named, groundId: number): Promise<string> {
  return groundId === id ? `${name}'s own nodes` : `the nodes of ${await nameOf(stores, groundId)}`;
}

async function requireNoneUnderWay(stores: Stores, { id, name }: Named): Promise<void> {
  const unfinished = await stores.operations.unfinishedOfFormation(id, 'formation');
  const move = unfinished.find((each) => moveKind.is(each) || finishMoveKind.is(each));
  if (move === undefined) return;
  throw new Conflict(`${name} is being moved already: \`deis ops:logs ${move.id}\` shows it`);
}

async function requireOwnersPlace(
  stores: Stores,
  { ownerId }: FormationRecord,
  to: FormationRecord,
  user: UserRecord,
): Promise<void> {
  const owner = ownerId === user.id ? user : await stores.users.byId(ownerId);
  if (owner !== undefined) await requireMove(stores, to, user, owner);
}

async function requireRoomThere(stores: Stores, { id }: Named, to: FormationRecord): Promise<void> {
  const there = await readFormationSnapshot(stores, id, [], { groundId: to.id, isComing: true });
  if (there === undefined) return;
  const problem = moveProblem(there, chooseTarget(there), quotaThere(there));
  if (problem !== undefined) throw new Conflict(`${problem}. Nothing was moved`);
}

async function nameOf(stores: Stores, id: number): Promise<string> {
  return (await stores.formations.byId(id))?.name ?? 'another formation';
}

/**
 * Queues the end of a move: the former host's proxies pass on no more, and nothing of the formation is left there.
 * @throws Conflict where there is nothing to end, or the former host serves still
 */
export async function finishMove(
  parts: Pick<FormationParts, 'stores' | 'newId'>,
  user: UserRecord,
  formation: Named,
): Promise<OperationRecord> {
  const request = { actor: { userId: user.id }, formation, kind: finishMoveKind };
  return enqueueOperation(parts, request, async (stores) => {
    const guest = await requireAlive(stores, formation.id);
    if (guest.formerHostId === null && guest.vacantHostId === null)
      throw new Conflict(`${guest.name} has not moved: no other formation holds anything of it`);
    await requireFinishable(stores, guest);
  });
}

/**
 * As `finishMove`, by those who run the former host, whether the formation's own people are done or not: a host need
 * not pass on for ever. The operation stands in the formation's own queue, by the name of who asked.
 * @param name of the formation that has moved away
 * @throws NotFound for one of which nothing is left there; Conflict as `finishMove`
 */
export async function finishMoveFrom(
  parts: Pick<FormationParts, 'stores' | 'newId'>,
  user: UserRecord,
  host: Named,
  name: string,
): Promise<OperationRecord> {
  const none = new NotFound(
    `${host.name} passes nothing on to ${JSON.stringify(name)}, and nothing of it is left there: ` +
      `\`deis info -f ${host.name}\` names its guests`,
  );
  const present = await parts.stores.formations.presentOn(host.id);
  const formation = present.find((each) => each.name === name && each.hostId !== host.id);
  if (formation === undefined) throw none;
  const request = { actor: { userId: user.id }, formation, kind: finishMoveKind };
  return enqueueOperation(parts, request, async (stores) => {
    const guest = await requireAlive(stores, formation.id);
    if (guest.formerHostId !== host.id && guest.vacantHostId !== host.id) throw none;
    await requireFinishable(stores, guest);
  });
}

async function requireFinishable(stores: Stores, guest: FormationRecord): Promise<void> {
  await requireNoneUnderWay(stores, guest);
  if (guest.formerHostId !== null) await requireGone(stores, guest, guest.formerHostId);
}

/** @throws Conflict for a formation whose containers serve on its former host: its move has not come to its end */
export async function requireGone(
  stores: Stores,
  { id, name, hostId }: Pick<FormationRecord, 'id' | 'name' | 'hostId'>,
  formerHostId: number,
): Promise<void> {
  if (!(await isBrokenOff(stores, id, formerHostId))) return;
  const way = hostId === null ? '--off' : `--on=${await nameOf(stores, hostId)}`;
  throw new Conflict(
    `${name} still serves on ${await nodesOf(stores, { id, name }, formerHostId)}: its move was broken off. ` +
      `\`deis formations:move ${name} ${way}\` goes on with it`,
  );
}

/** Whether containers serve on the former host, or would again if the move were put back. */
async function isBrokenOff(stores: Stores, id: number, formerHostId: number): Promise<boolean> {
  const there = await readFormationSnapshot(stores, id, [], { groundId: formerHostId });
  if (there === undefined) return false;
  const nodes = new Set(there.nodes.map((node) => node.id));
  const open = new Set((await unclaimedContainers(stores, there)).map((container) => container.id));
  return there.containers.some(
    ({ id: each, nodeId, state }) =>
      nodes.has(nodeId) && (state === 'serving' || (state === 'retiring' && open.has(each))),
  );
}
