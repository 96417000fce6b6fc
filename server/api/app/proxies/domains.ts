import { z } from 'zod';
import type { DomainRecord } from '../../../store/app/domain-store.js';
import { answersPageOf, moment, type Json } from '../../http/answers.js';
import { forFormation } from '../../endpoint/endpoint.js';
import { operationAnswers } from '../../replies/operation-json.js';
import { pageQuery, plainPage } from '../../endpoint/page.js';
import { respondWithOperation } from '../../replies/respond-with-operation.js';
import { isoTime } from '../../http/time.js';

export const domainSchema = z.object({ domain: z.string(), created_at: moment }).meta({ id: 'Domain' });

export const listDomains = forFormation({
  may: 'see',
  summary: 'List the names that the formation answers to; without any it answers to all.',
  answers: answersPageOf(domainSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) => call.parts.stores.domains.pageOfFormation(call.formation.id, request),
      domainJson,
    ),
});

export const addDomain = forFormation({
  may: 'network',
  summary: 'Let the formation answer to a name, and tell its proxies.',
  answers: operationAnswers,
  body: z.strictObject({ domain: z.string().max(255) }),
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.addDomain(call.user, call.formation, call.body.domain),
    ),
});

export const removeDomain = forFormation({
  may: 'network',
  summary: 'Take a name away, and tell the proxies.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.removeDomain(call.user, call.formation, call.param('domain')),
    ),
});

function domainJson({ name, createdAt }: DomainRecord): Json<typeof domainSchema> {
  return { domain: name, created_at: isoTime(createdAt) };
}
