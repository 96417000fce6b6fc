import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { Stores } from '../../store/stores.js';
import { enqueueWithin } from '../requests/enqueue-operation.js';
import { convergeKind } from '../requests/kinds/converge.js';

/**
 * With its first guest the nodes of a host are converged: their firewall and proxies come to know guests. Belongs in
 * the transaction that writes the guest down, after it. Resolves to the converge; undefined for a guest that is not
 * the first.
 */
export async function makeReady(
  { stores, newId }: { readonly stores: Stores; readonly newId: () => string },
  user: Pick<UserRecord, 'id'>,
  host: FormationRecord,
): Promise<OperationRecord | undefined> {
  if ((await stores.formations.presentOn(host.id)).length > 1) return undefined;
  await stores.formations.bumpGeneration(host.id);
  const actor = { userId: user.id };
  return enqueueWithin(stores, { id: newId(), formation: host, kind: convergeKind, params: {}, actor });
}
