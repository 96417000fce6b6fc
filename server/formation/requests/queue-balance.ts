import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import { auditSystem } from './audit-system.js';
import { enqueueWithin } from './enqueue-operation.js';
import { balanceKind } from './kinds/containers/balance.js';

/**
 * Within the lock of a guest, queues the evening out of its containers, because its host evens out its own. One that
 * waits already does.
 */
export async function queueBalance(
  { stores, newId }: { readonly stores: Stores; readonly newId: () => string },
  formation: FormationRecord,
): Promise<void> {
  const queued = await stores.operations.unfinishedOfFormation(formation.id, 'formation');
  if (queued.some((other) => balanceKind.is(other) && other.state === 'queued')) return;
  const request = { id: newId(), formation, kind: balanceKind, params: {} };
  const operation = await enqueueWithin(stores, { ...request, actor: { system: 'watcher' } });
  await auditSystem(stores, 'watcher', operation, {});
}
