import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import { ownPlace } from '../context/own-nodes.js';
import { finishMoveKind } from './kinds/finish-move.js';
import { moveKind } from './kinds/move.js';

/**
 * Whether nodes of the formation's own are those of a guest, on which nothing of it is to stay: nothing but its moves
 * keeps these from a change. Belongs under the formation's lock.
 * @throws Conflict for nodes that it moves to or comes from now, and for those that pass on to where it lives
 */
export async function areOwnIdle(
  stores: Pick<Stores, 'formations' | 'operations'>,
  formation: FormationRecord,
): Promise<boolean> {
  const guest = (await stores.formations.byId(formation.id)) ?? formation;
  const { id, name, formerHostId } = guest;
  const unfinished = await stores.operations.unfinishedOfFormation(id, 'formation');
  const move = unfinished.find((each) => concernsOwn(guest, each));
  if (move !== undefined)
    throw new Conflict(
      `${name} is being moved, and its own nodes stay as they are meanwhile, nothing was changed: ` +
        `\`deis ops:logs ${move.id}\` shows it`,
    );
  if (formerHostId === id)
    throw new Conflict(
      `${name} has moved from its own nodes, which pass on still, nothing was changed: ` +
        `\`deis formations:move ${name} --finish\` first`,
    );
  return ownPlace(guest) !== undefined;
}

/** A move to them or from them, or the end of one from them. */
function concernsOwn(guest: FormationRecord, operation: OperationRecord): boolean {
  if (finishMoveKind.is(operation)) return ownPlace(guest) !== undefined;
  if (!moveKind.is(operation)) return false;
  const { to, from } = moveKind.read(operation);
  return to === guest.id || from === guest.id;
}
