import { z } from 'zod';
import { NotFound } from '../../../../base/errors.js';
import { Secret } from '../../../../base/secret.js';
import type { CertRecord } from '../../../store/app/certificates/cert-store.js';
import type { AutoCertOrder } from '../../../store/app/certificates/auto-cert-store.js';
import { answersPageOf, answersWith, moment, type Json } from '../../http/answers.js';
import { forFormation } from '../../endpoint/endpoint.js';
import { ownName } from '../../http/input/names.js';
import { operationAnswers } from '../../replies/operation-json.js';
import { pageQuery, plainPage } from '../../endpoint/page.js';
import { ok } from '../../endpoint/reply.js';
import { respondWithOperation } from '../../replies/respond-with-operation.js';
import { isStorable } from '../../http/input/storable-text.js';
import { isoTime } from '../../http/time.js';

/** Without the key, which never leaves the controller. */
export const certSchema = z
  .object({
    id: z.string(),
    domains: z.array(z.string()),
    fingerprint: z.string().describe('SHA-256 of the leaf.'),
    expires_at: moment,
    source: z
      .enum(['manual', 'acme', 'generated'])
      .describe('Who brought it: a user, the controller from a CA, or the controller by signing it itself.'),
    renewal: z
      .object({
        next_at: moment.nullable().describe('When it is renewed.'),
        by: z
          .enum(['ca', 'lifetime'])
          .nullable()
          .describe('Who says when: its CA (RFC 9773), or its lifetime.'),
        explanation: z.string().nullable().describe('URL at which the CA explains why then.'),
        last_attempt_at: moment.nullable(),
        last_error: z.string().nullable().describe('What the last attempt came to nothing of.'),
        next_attempt_at: moment.nullable().describe('Not tried before; null: when it is due.'),
      })
      .nullable()
      .describe('Null: the controller does not renew it.'),
    certificate: z.string().describe('PEM, leaf first.'),
    created_at: moment,
  })
  .meta({ id: 'Certificate' });

export const listCerts = forFormation({
  may: 'see',
  summary: 'List the certificates that the proxies serve.',
  answers: answersPageOf(certSchema),
  query: pageQuery,
  answer: async (call) => {
    const { certs, autoCerts } = call.parts.stores;
    const orders = await autoCerts.orders(call.formation.id);
    return plainPage(
      call,
      (request) => certs.pageOfFormation(call.formation.id, request),
      (cert) => certJson(cert, orders),
    );
  },
});

export const addCert = forFormation({
  may: 'network',
  summary: 'Serve a certificate; its names become domains of the formation.',
  answers: operationAnswers,
  body: z.strictObject({
    id: ownName.optional(),
    certificate: z.string().max(100_000),
    key: z.string().max(20_000),
  }),
  answer: async (call) => {
    const { id: name, certificate, key } = call.body;
    return respondWithOperation(
      call,
      await call.parts.formations.addCert(call.user, call.formation, {
        name,
        certificate,
        key: new Secret(key),
      }),
    );
  },
});

export const updateCert = forFormation({
  may: 'network',
  summary: 'Put a renewed pair in the place of its predecessor, without a gap.',
  answers: operationAnswers,
  body: z.strictObject({ certificate: z.string().max(100_000), key: z.string().max(20_000) }),
  answer: async (call) => {
    const { certificate, key } = call.body;
    const request = { name: call.param('cert'), certificate, key: new Secret(key) };
    return respondWithOperation(
      call,
      await call.parts.formations.updateCert(call.user, call.formation, request),
    );
  },
});

export const generateCert = forFormation({
  may: 'network',
  summary: 'Serve a certificate that is signed by itself, until there is another.',
  answers: operationAnswers,
  body: z.strictObject({
    id: ownName.optional(),
    domains: z.array(z.string().max(255)).min(1).max(100).optional(),
    days: z.int().min(1).max(3650).optional(),
  }),
  answer: async (call) => {
    const { id: name, domains, days = 365 } = call.body;
    const request = { name, domains, days };
    return respondWithOperation(
      call,
      await call.parts.formations.generateCert(call.user, call.formation, request),
    );
  },
});

export const showCert = forFormation({
  may: 'see',
  summary: 'Show a certificate; its key is never shown.',
  answers: answersWith(certSchema),
  answer: async ({ parts, formation, param }) => {
    const name = param('cert');
    const cert = isStorable(name) ? await parts.stores.certs.byName(formation.id, name) : undefined;
    if (cert === undefined)
      throw new NotFound(`${formation.name} has no certificate ${JSON.stringify(name)}`);
    return ok(certJson(cert, await parts.stores.autoCerts.orders(formation.id)));
  },
});

export const removeCert = forFormation({
  may: 'network',
  summary: 'Serve a certificate no more; its domains stay.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.removeCert(call.user, call.formation, call.param('cert')),
    ),
});

function certJson(cert: CertRecord, orders: readonly AutoCertOrder[]): Json<typeof certSchema> {
  const { name, domains, fingerprint, expiresAt, source, certificate, createdAt } = cert;
  const order = source === 'acme' ? orders.find((each) => each.name === name) : undefined;
  return {
    id: name,
    domains,
    fingerprint,
    expires_at: isoTime(expiresAt),
    source,
    renewal: order === undefined ? null : renewalJson(order),
    certificate,
    created_at: isoTime(createdAt),
  };
}

function renewalJson(order: AutoCertOrder): Json<typeof certSchema>['renewal'] {
  return {
    next_at: isoTime(order.renewAt),
    by: order.renewalBy,
    explanation: order.explanation,
    last_attempt_at: isoTime(order.lastAttemptAt),
    last_error: order.lastError,
    next_attempt_at: isoTime(order.notBefore),
  };
}
