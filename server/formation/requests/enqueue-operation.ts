import { Conflict, NotFound } from '../../../base/errors.js';
import type { OperationKind } from '../../operation/operation-kind.js';
import { actorColumns, type Actor } from '../../store/operations/actor.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';

export interface OperationRequest<P extends object> {
  readonly actor: Actor;
  readonly formation: Pick<FormationRecord, 'id' | 'name'>;
  readonly kind: OperationKind<P>;
  readonly params?: Readonly<Partial<P>>;
}

/**
 * Writes desired state and queues the operation that will carry it out, in one transaction under the
 * formation's lock.
 * @param write may resolve to params that add to the request's; default: what shall run stays as it is
 * @throws Conflict while the formation is being destroyed; what `write` throws: nothing is written then
 */
export async function enqueueOperation<P extends object>(
  { stores, newId }: Pick<FormationParts, 'stores' | 'newId'>,
  { actor, formation, kind, params }: OperationRequest<P>,
  write: (stores: Stores) => Promise<Readonly<Partial<P>> | void> = async () => undefined,
): Promise<OperationRecord> {
  return stores.withFormationLock(formation.id, async (inside) => {
    await requireAlive(inside, formation.id);
    const added = await write(inside);
    return queue(inside, { id: newId(), formation, kind, actor }, { ...params, ...added });
  });
}

/** An operation as it is put into the queue. */
export interface QueuedRequest<P extends object> {
  /** uuid */
  readonly id: string;
  readonly formation: Pick<FormationRecord, 'id' | 'name'>;
  readonly kind: OperationKind<P>;
  readonly params: Readonly<Partial<P>>;
  /** Null: a user whose account is gone. */
  readonly actor: Actor | null;
}

/**
 * Queues the operation in the transaction of the desired state that it carries out; belongs under the
 * formation's lock. @throws ZodError for params that its kind cannot read
 */
export async function enqueueWithin<P extends object>(
  stores: Stores,
  request: QueuedRequest<P>,
): Promise<OperationRecord> {
  return queue(stores, request, { ...request.params });
}

async function queue<P extends object>(
  stores: Stores,
  { id, formation, kind, actor }: Omit<QueuedRequest<P>, 'params'>,
  params: OperationRecord['params'],
): Promise<OperationRecord> {
  kind.read({ params });
  return stores.operations.enqueue({
    id,
    formationId: formation.id,
    formationName: formation.name,
    kind: kind.name,
    lane: kind.lane,
    params,
    ...actorColumns(actor),
  });
}

/** The formation as it is now. @throws NotFound or Conflict when it is gone, or about to be */
export async function requireAlive(stores: Stores, formationId: number): Promise<FormationRecord> {
  const formation = await stores.formations.byId(formationId);
  if (formation === undefined) throw new NotFound('the formation is gone');
  if (formation.destroying) throw new Conflict(`formation ${formation.name} is being destroyed`);
  return formation;
}
