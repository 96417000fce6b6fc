import type { OperationRecord } from '../store/operation-store.js';
import type { Stores } from '../store/stores.js';
import { isoTime } from './time.js';

/** OP of the API contract. `usernames` of its requester at least. */
export function operationJson(operation: OperationRecord, usernames: ReadonlyMap<number, string>) {
  return {
    id: operation.id,
    kind: operation.kind,
    formation: operation.formationName,
    state: operation.state,
    step: operation.step,
    requested_by: operation.requestedBy === null ? null : (usernames.get(operation.requestedBy) ?? null),
    error: operation.error,
    result: operation.result,
    created_at: isoTime(operation.createdAt),
    started_at: isoTime(operation.startedAt),
    finished_at: isoTime(operation.finishedAt),
  };
}

/** One operation as JSON, its requester looked up. */
export async function readOperationJson(stores: Stores, operation: OperationRecord) {
  return operationJson(operation, await stores.users.usernames([operation.requestedBy]));
}
