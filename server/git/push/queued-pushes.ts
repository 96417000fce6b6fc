import { pushKind, type PushParams } from '../../formation/requests/kinds/push.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';

/**
 * Ends the pushes to the same ref that nobody has begun: the newest one says what shall run. Resolves to what
 * is left in the queue.
 */
export async function supersedeQueued(
  stores: Stores,
  unfinished: readonly OperationRecord[],
  params: PushParams,
): Promise<OperationRecord[]> {
  const older = pushKind.supersededBy(params, unfinished);
  const left: OperationRecord[] = [];
  for (const operation of unfinished) {
    const outcome = {
      state: 'superseded' as const,
      error: { message: `by the push of ${params.commit.slice(0, 8)}, which came before this one began` },
    };
    if (!older.includes(operation) || !(await stores.operations.finishQueued(operation.id, outcome)))
      left.push(operation);
  }
  return left;
}

/** Whether it carries out the same push, and is not being cancelled. */
export function isSamePush(operation: OperationRecord, params: PushParams): boolean {
  const other = pushKind.read(operation);
  const isSame = (['commit', 'ref', 'dockerfile'] as const).every((key) => other[key] === params[key]);
  return isSame && operation.cancelRequestedAt === null;
}
