import { z } from 'zod';
import type { AuditRecord } from '../../store/people/audit-store.js';
import { type Json, answersPageOf, moment } from '../http/answers.js';
import { forAdmins, forFormation } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
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
        '`done`, `refused: why` or `failed`; of a push how its deploy ended: `done`, `failed: why`, ' +
          '`cancelled`, `superseded: by what`, `nothing was pushed`, or that the pusher went before. ' +
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
    plainPage(call, (request) => call.parts.stores.audit.page(request, call.formation.id), auditJson),
});

export const listAudit = forAdmins({
  summary: 'List who changed what on this controller, newest first.',
  answers: answersPageOf(auditSchema),
  query: pageQuery,
  answer: async (call) => plainPage(call, (request) => call.parts.stores.audit.page(request), auditJson),
});

function auditJson(entry: AuditRecord): Json<typeof auditSchema> {
  const { actor, action, formation, target, source, requestId, outcome } = entry;
  return { at: isoTime(entry.at), actor, action, formation, target, source, request_id: requestId, outcome };
}
