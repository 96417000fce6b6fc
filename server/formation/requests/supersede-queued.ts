import type { OperationRecord } from '../../store/operation-store.js';
import type { Stores } from '../../store/stores.js';
import { mergeUndo, undoRecord, type UndoRecord } from './undo-record.js';

/**
 * Ends the queued operations of this kind that nobody has begun and that only ask for counts: the new one
 * brings about all that is written down by then, theirs included. Resolves to the new one's params: all
 * counts, and how to take all of it back. Belongs in a transaction that holds the formation's lock.
 */
export async function supersedeQueued(
  stores: Stores,
  formationId: number,
  kind: string,
  {
    counts,
    undo,
    by,
  }: { readonly counts: Readonly<Record<string, number>>; readonly undo: UndoRecord; readonly by: string },
): Promise<Record<string, unknown>> {
  let all: { counts: Record<string, number>; undo: UndoRecord } = { counts: {}, undo: {} };
  for (const operation of await stores.operations.unfinishedOfFormation(formationId, 'formation')) {
    if (operation.kind !== kind || operation.startedAt !== null || operation.params['counts'] === undefined)
      continue;
    if (
      !(await stores.operations.finishQueued(operation.id, {
        state: 'superseded',
        error: { message: `superseded by ${by}` },
      }))
    )
      continue;
    all = {
      counts: { ...all.counts, ...countsOf(operation) },
      undo: mergeUndo(all.undo, undoRecord(operation)),
    };
  }
  return { counts: { ...all.counts, ...counts }, undo: mergeUndo(all.undo, undo) };
}

/** `web=2 worker=1` */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}

function countsOf({ params }: OperationRecord): Record<string, number> {
  return params['counts'] as Record<string, number>;
}
