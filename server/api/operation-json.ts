import { z } from 'zod';
import type { OperationRecord } from '../store/operation-store.js';
import type { Stores } from '../store/stores.js';
import { moment, type Answers, type Json } from './answers.js';
import { isoTime } from './time.js';

export const operationSchema = z
  .object({
    id: z.guid(),
    kind: z.string(),
    formation: z.string(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded']),
    step: z.string().nullable(),
    requested_by: z.string().nullable(),
    error: z.record(z.string(), z.unknown()).nullable().describe('Why it failed: `message`, often `node`, `exit_code` and `stderr`.'),
    result: z.record(z.string(), z.unknown()).nullable(),
    created_at: moment.nullable(),
    started_at: moment.nullable(),
    finished_at: moment.nullable(),
  })
  .meta({ id: 'Operation' });

/** Of every endpoint that answers with `respondWithOperation`. */
export const operationAnswers: Answers = {
  200: { description: 'The operation has ended; its `state` says how.', content: { type: 'application/json', schema: operationSchema } },
  202: { description: 'The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it.', content: { type: 'application/json', schema: operationSchema } },
};

/** OP of the API contract. `usernames` of its requester at least. */
export function operationJson(operation: OperationRecord, usernames: ReadonlyMap<number, string>): Json<typeof operationSchema> {
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
