import { z } from 'zod';
import type { AuditRecord } from '../../store/people/audit-store.js';
import type { Stores } from '../../store/stores.js';
import { type Json, answersPageOf, moment } from '../http/answers.js';
import { forAdmins, forFormation } from '../endpoint/endpoint.js';
import { accepted, operationVerdict } from '../endpoint/operation-verdict.js';
import { page, pageQuery } from '../endpoint/page.js';
import { isoTime } from '../http/time.js';

export const auditSchema = z
  .object({
    at: moment,
    actor: z.string(),
    action: z.string(),
    formation: z.string().nullable(),
    target: z.record(z.string(), z.unknown()).describe('Names, counts, roles, the operation: never values.'),
    source: z.string().nullable().describe('Address of the client.'),
    request_id: z.string().nullable(),
    outcome: z
      .string()
      .nullable()
      .describe(
        '`done`, `refused: why` or `failed`. Of what an operation carries out `accepted` until that has ended, ' +
          'and for ever where its end is no longer kept, else how it ended: `done`, `failed: why`, `cancelled: why`, ' +
          '`superseded: by what`. Of a push the same, `nothing was pushed`, or that the pusher went before. ' +
          'Null while it is under way, and when the controller died meanwhile.',
      ),
  })
  .meta({ id: 'AuditEntry' });

export const listFormationAudit = forFormation({
  may: 'share',
  summary: 'List who changed what in the formation, newest first.',
  answers: answersPageOf(auditSchema),
  query: pageQuery,
  answer: async (call) =>
    page(
      call,
      (request) => call.parts.stores.audit.page(request, call.formation.id),
      (shown) => auditWriter(call.parts.stores, shown),
    ),
});

export const listAudit = forAdmins({
  summary: 'List who changed what on this controller, newest first.',
  answers: answersPageOf(auditSchema),
  query: pageQuery,
  answer: async (call) =>
    page(
      call,
      (request) => call.parts.stores.audit.page(request),
      (shown) => auditWriter(call.parts.stores, shown),
    ),
});

/** Entries stay as they were written: how an operation has ended since is read from itself. */
async function auditWriter(
  { operations }: Pick<Stores, 'operations'>,
  entries: readonly AuditRecord[],
): Promise<(entry: AuditRecord) => Json<typeof auditSchema>> {
  const ids = entries.flatMap((entry) => acceptedOperation(entry) ?? []);
  const ends = new Map(
    (await operations.byIds(ids)).map((operation) => [operation.id, operationVerdict(operation)]),
  );
  return (entry) => {
    const { actor, action, formation, target, source, requestId } = entry;
    const outcome = ends.get(acceptedOperation(entry) ?? '') ?? entry.outcome;
    return {
      at: isoTime(entry.at),
      actor,
      action,
      formation,
      target,
      source,
      request_id: requestId,
      outcome,
    };
  };
}

/** Its id, of an entry whose operation had not ended. */
function acceptedOperation({ outcome, target }: AuditRecord): string | undefined {
  const { operation } = target;
  return outcome === accepted && typeof operation === 'string' ? operation : undefined;
}
