import { systemName, type SystemActor } from '../../store/operations/actor.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';

/**
 * Writes down that a part of the controller has asked for this operation. Belongs in the transaction that queues
 * it: one stands with the other.
 */
export async function auditSystem(
  stores: Stores,
  actor: SystemActor,
  { id, kind, formationId, formationName }: OperationRecord,
  target: Readonly<Record<string, unknown>>,
): Promise<void> {
  const entry = await stores.audit.begin({
    actorId: null,
    actor: systemName(actor),
    action: kind,
    formationId,
    formation: formationName,
    target: { ...target, operation: id },
    source: null,
    requestId: null,
  });
  await stores.audit.finish(entry, 'accepted');
}
