import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import { auditSystem } from './audit-system.js';
import { enqueueWithin } from './enqueue-operation.js';
import { rescheduleKind } from './kinds/containers/reschedule.js';

/**
 * Within the formation's lock, queues a look at nodes that its containers are on. One that waits already does for
 * these, too: `isNew` says which it is.
 */
export async function queueReschedule(
  { stores, newId }: { readonly stores: Stores; readonly newId: () => string },
  formation: FormationRecord,
  nodes: readonly string[],
): Promise<{ readonly operation: OperationRecord; readonly isNew: boolean }> {
  const queued = await stores.operations.unfinishedOfFormation(formation.id, 'formation');
  const waiting = queued.find((other) => rescheduleKind.is(other) && other.state === 'queued');
  if (waiting !== undefined) return { operation: waiting, isNew: false };
  const operation = await enqueueWithin(stores, {
    id: newId(),
    formation,
    kind: rescheduleKind,
    params: { nodes: [...nodes] },
    actor: { system: 'watcher' },
  });
  await auditSystem(stores, 'watcher', operation, { nodes });
  return { operation, isNew: true };
}
