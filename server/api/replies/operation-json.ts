import { z } from 'zod';
import { systemName } from '../../store/operations/actor.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import { waitReasons, type QueuePosition } from '../../store/operations/queue-store.js';
import { moment, type Answers, type Json } from '../http/answers.js';
import { isoTime } from '../http/time.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forecastSchema } from './forecast-json.js';

export const operationSchema = z
  .object({
    id: z.guid(),
    kind: z.string(),
    formation: z.string(),
    state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'superseded']),
    step: z.string().nullable(),
    requested_by: z
      .string()
      .nullable()
      .describe(
        'The user, or `system:watcher` or `system:acme` for the controller itself; null once the account is gone.',
      ),
    position: z
      .int()
      .nullable()
      .describe('How many operations of the formation come before it; null once it has ended.'),
    waits_for: z.guid().nullable().describe('The first of those: the operation that holds the formation.'),
    waiting_for: z
      .enum(waitReasons)
      .nullable()
      .describe(
        'What it waits for before it begins: that operation, the time it is due, a build slot, or a worker ' +
          'of those that its requester may have. Null once it has begun.',
      ),
    age_seconds: z.int().nullable().describe('Since it was accepted; null once it has ended.'),
    holder: z.string().nullable().describe('The worker that carries it out, as host/process/id.'),
    heartbeat_at: moment.nullable().describe('When that worker last gave a sign of life.'),
    error: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'Why it failed: `message`, often `node`, `exitCode` and `stderr`; of a build `step`, ' +
          '`exit_code`, `lines` and `advice`.',
      ),
    result: z
      .union([forecastSchema, z.record(z.string(), z.unknown())])
      .nullable()
      .describe('What it came to, by its kind; of `why-run` a `Forecast`.'),
    created_at: moment.nullable(),
    started_at: moment.nullable(),
    finished_at: moment.nullable(),
  })
  .meta({ id: 'Operation' });

/** Of every endpoint that answers with `respondWithOperation`. */
export const operationAnswers: Answers = {
  200: {
    description: 'The operation has ended; its `state` says how.',
    content: { type: 'application/json', schema: operationSchema },
  },
  202: {
    description:
      'The operation goes on (after 25 s, or at once with `Prefer: respond-async`); `Location` names it.',
    content: { type: 'application/json', schema: operationSchema },
  },
};

/** OP of the API contract. `usernames` of its requester at least; `place`: absent for one that has ended. */
export function operationJson(
  operation: OperationRecord,
  usernames: ReadonlyMap<number, string>,
  place: QueuePosition | undefined,
): Json<typeof operationSchema> {
  return {
    id: operation.id,
    kind: operation.kind,
    formation: operation.formationName,
    state: operation.state,
    step: operation.step,
    requested_by: requesterOf(operation, usernames),
    position: place?.position ?? null,
    waits_for: place?.waitsFor ?? null,
    waiting_for: place?.waitingFor ?? null,
    age_seconds: place?.ageSeconds ?? null,
    holder: operation.leaseOwner,
    heartbeat_at: isoTime(operation.heartbeatAt),
    error: operation.error,
    result: operation.result,
    created_at: isoTime(operation.createdAt),
    started_at: isoTime(operation.startedAt),
    finished_at: isoTime(operation.finishedAt),
  };
}

function requesterOf(
  { requestedBy, systemActor }: OperationRecord,
  usernames: ReadonlyMap<number, string>,
): string | null {
  if (systemActor !== null) return systemName(systemActor);
  return requestedBy === null ? null : (usernames.get(requestedBy) ?? null);
}

/** One operation as JSON, its requester looked up. */
export async function readOperationJson(
  { stores, buildSlots }: Pick<AppParts, 'stores' | 'buildSlots'>,
  operation: OperationRecord,
) {
  const unfinished = operation.finishedAt === null ? [operation.id] : [];
  const places = await stores.queue.positionsOf(unfinished, buildSlots);
  return operationJson(
    operation,
    await stores.users.usernames([operation.requestedBy]),
    places.get(operation.id),
  );
}
