import { Conflict } from '../../../base/errors.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { undoRecord } from './undo-record.js';
import { withdrawChange } from './withdraw-change.js';
import { kindOf } from './operation-kinds.js';

const reason = 'cancelled before it began';

/**
 * Asks for an operation's end. One that has not begun is over at once, and what its request wrote down is
 * taken back; another is told through its worker, which puts things back or, where that is nearer, finishes.
 * What has ended stays as it is.
 * @throws Conflict for what cannot be put back: a formation that is being destroyed, a change of the proxies'
 * site
 */
export async function cancelOperation(
  { stores }: Pick<FormationParts, 'stores'>,
  operation: OperationRecord,
): Promise<OperationRecord> {
  const { id, formationId } = operation;
  if (formationId === null) return (await stores.operations.requestCancel(id)) ?? operation;
  return stores.withFormationLock(formationId, async (inside) => {
    const present = await inside.operations.byId(id);
    if (present === undefined || present.finishedAt !== null) return present ?? operation;
    await cancel(inside, present);
    return (await inside.operations.byId(id)) ?? present;
  });
}

async function cancel(stores: Stores, operation: OperationRecord): Promise<void> {
  const { id } = operation;
  const kind = kindOf(operation);
  const refuse = (hasBegun: boolean): void => {
    const refusal = kind?.cancelRefusal(operation, hasBegun);
    if (refusal !== undefined) throw new Conflict(refusal);
  };
  refuse(false);
  const isOver =
    kind?.cancelInQueue !== 'carry out' &&
    (await stores.operations.finishQueued(id, { state: 'cancelled', error: { message: reason } }));
  if (!isOver) {
    refuse(true);
    return stores.operations.requestStop(id);
  }
  await withdrawChange(stores, operation, reason);
  await forgetUntouched(stores, operation);
}

/** Nodes that came with the request, and that nobody has entered yet. */
async function forgetUntouched(stores: Stores, operation: OperationRecord): Promise<void> {
  for (const name of undoRecord(operation).made ?? []) {
    const node = await stores.nodes.byName(operation.formationId!, name);
    if (node !== undefined) await stores.nodes.delete(node.id);
  }
}
