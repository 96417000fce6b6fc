import { Conflict, NotFound } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { OperationRecord } from '../../store/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';

export interface OperationRequest {
  readonly user: Pick<UserRecord, 'id'>;
  readonly formation: Pick<FormationRecord, 'id' | 'name'>;
  readonly kind: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * Writes desired state and queues the operation that will carry it out, in one transaction under the
 * formation's lock.
 * @param write may resolve to params that add to the request's
 * @throws Conflict while the formation is being destroyed; what `write` throws: nothing is written then
 */
export async function enqueueOperation(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  { user, formation, kind, params }: OperationRequest,
  write: (stores: Stores) => Promise<Readonly<Record<string, unknown>> | void>,
): Promise<OperationRecord> {
  return stores.withFormationLock(formation.id, async (inside) => {
    await requireAlive(inside, formation.id);
    const added = await write(inside);
    return inside.operations.enqueue({
      id: newId(),
      formationId: formation.id,
      formationName: formation.name,
      kind,
      params: { ...params, ...added },
      requestedBy: user.id,
    });
  });
}

/** The formation as it is now. @throws NotFound or Conflict when it is gone, or about to be */
export async function requireAlive(stores: Stores, formationId: number): Promise<FormationRecord> {
  const formation = await stores.formations.byId(formationId);
  if (formation === undefined) throw new NotFound('the formation is gone');
  if (formation.destroying) throw new Conflict(`formation ${formation.name} is being destroyed`);
  return formation;
}
