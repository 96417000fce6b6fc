import type { OperationKind } from '../../operation/operation-kind.js';
import type { Stores } from '../../store/stores.js';
import { mergeUndo, type UndoRecord } from './undo-record.js';

/** Params of a kind whose requests name counts. */
interface Counting {
  readonly counts?: Readonly<Record<string, number>> | undefined;
  readonly undo: UndoRecord;
}

/**
 * Ends the queued operations of this kind that nobody has begun and that only ask for counts: the new one
 * brings about all that is written down by then, theirs included. Resolves to the new one's params: all
 * counts, and how to take all of it back. Belongs in a transaction that holds the formation's lock.
 */
export async function supersedeQueued(
  stores: Stores,
  formationId: number,
  kind: OperationKind<Counting>,
  {
    counts,
    undo,
    by,
  }: { readonly counts: Readonly<Record<string, number>>; readonly undo: UndoRecord; readonly by: string },
): Promise<Counting> {
  let all: { counts: Record<string, number>; undo: UndoRecord } = { counts: {}, undo: {} };
  const unfinished = await stores.operations.unfinishedOfFormation(formationId, 'formation');
  for (const operation of kind.supersededBy({ counts }, unfinished)) {
    if (
      !(await stores.operations.finishQueued(operation.id, {
        state: 'superseded',
        error: { message: `superseded by ${by}` },
      }))
    )
      continue;
    const older = kind.read(operation);
    all = { counts: { ...all.counts, ...older.counts }, undo: mergeUndo(all.undo, older.undo) };
  }
  return { counts: { ...all.counts, ...counts }, undo: mergeUndo(all.undo, undo) };
}

/** `web=2 worker=1` */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}
