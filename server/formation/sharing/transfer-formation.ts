import { Conflict, NotFound } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import type { TransferRecord } from '../../store/people/transfer-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { moveKind } from '../requests/kinds/move.js';
import { requireGuestRoom } from './require-place.js';

const openDays = 7;
const dayMs = 24 * 60 * 60 * 1000;

export interface TransferRequest {
  readonly formation: Pick<FormationRecord, 'id' | 'name'>;
  /** Who asks for it. */
  readonly giver: Pick<UserRecord, 'id'>;
  readonly heir: Pick<UserRecord, 'id' | 'username'>;
}

/**
 * Offers a formation to somebody, for seven days; nothing changes until they accept it.
 * @throws Conflict for one that is offered already, is the heir's, is not the giver's, or is being destroyed
 */
export async function offerTransfer(
  stores: Stores,
  request: TransferRequest,
  now: Date,
): Promise<TransferRecord> {
  const { formation, giver, heir } = request;
  return stores.withFormationLock(formation.id, async (inside) => {
    const { ownerId } = await requireAlive(inside, formation.id);
    if (heir.id === ownerId) throw new Conflict(`${heir.username} owns ${formation.name} already`);
    if (giver.id !== ownerId) throw new Conflict(`${formation.name} has changed hands`);
    const open = await inside.transfers.ofFormation(formation.id, now);
    if (open !== undefined) {
      const withdraw = `deis transfers:withdraw ${open.formation}`;
      throw new Conflict(
        `${open.formation} is offered to ${open.to} already: take that back first with \`${withdraw}\``,
      );
    }
    const expiresAt = new Date(now.getTime() + openDays * dayMs);
    await inside.transfers.insert({
      formationId: formation.id,
      fromId: giver.id,
      toId: heir.id,
      createdAt: now,
      expiresAt,
    });
    return requireOffer(inside, formation, now);
  });
}

/**
 * Makes the heir the owner, and the giver an admin. Layers keep their flavors; it opens none of the heir's. A default
 * host stays one only where the heir may make it one. Resolves to whether it was one and is none now.
 * @throws NotFound when the offer is not open any more; Conflict for a formation that is being destroyed, and for
 * a guest more than the heir may have where it lives, or comes to live by a move that is under way
 */
export async function acceptTransfer(stores: Stores, transfer: TransferRecord, now: Date): Promise<boolean> {
  const { formationId, toId } = transfer;
  const hosts = await hostsOf(stores, formationId);
  const accept = async (inside: Stores): Promise<boolean> => {
    const { fromId } = await requireSame(inside, transfer, now);
    await requireAlive(inside, formationId);
    const heir = await inside.users.byId(toId);
    if (heir === undefined) throw gone(transfer.formation);
    for (const hostId of await hostsOf(inside, formationId)) {
      if (!hosts.includes(hostId))
        throw new Conflict(`${transfer.formation} was about to move at this moment: accept it again`);
      await requireGuestRoom(inside, await requireAlive(inside, hostId), heir);
    }
    await inside.formations.setOwner(formationId, toId);
    await inside.roles.remove(formationId, toId);
    await inside.roles.set(formationId, fromId, 'admin');
    await inside.transfers.delete(formationId);
    return !heir.isAdmin && inside.hostShares.endDefault(formationId);
  };
  return stores.withFormationLock(formationId, accept, hosts);
}

/** Ids of those on whose nodes a guest lives, or may live when the move that is under way has ended, either way. */
async function hostsOf({ formations, operations }: Stores, formationId: number): Promise<number[]> {
  const hostId = (await formations.byId(formationId))?.hostId ?? null;
  if (hostId === null) return [];
  const unfinished = await operations.unfinishedOfFormation(formationId, 'formation');
  const moves = unfinished.filter((each) => moveKind.is(each)).map((each) => moveKind.read(each));
  const ids = new Set([hostId, ...moves.flatMap(({ from, to }) => [from, to])]);
  // Its own nodes have no host whose room counts.
  ids.delete(formationId);
  return [...ids];
}

/**
 * Ends an offer, whether declined by the heir or taken back. @throws NotFound when it is not open any more
 */
export async function endTransfer(stores: Stores, transfer: TransferRecord, now: Date): Promise<void> {
  await stores.withFormationLock(transfer.formationId, async (inside) => {
    await requireSame(inside, transfer, now);
    await inside.transfers.delete(transfer.formationId);
  });
}

async function requireSame(
  stores: Stores,
  { formationId, formation, toId }: TransferRecord,
  now: Date,
): Promise<TransferRecord> {
  const present = await requireOffer(stores, { id: formationId, name: formation }, now);
  if (present.toId !== toId) throw gone(formation);
  return present;
}

async function requireOffer(
  stores: Stores,
  { id, name }: TransferRequest['formation'],
  now: Date,
): Promise<TransferRecord> {
  const open = await stores.transfers.ofFormation(id, now);
  if (open === undefined) throw gone(name);
  return open;
}

function gone(formation: string): NotFound {
  return new NotFound(`${formation} is not offered any more`);
}
