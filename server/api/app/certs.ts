import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import type { CertRecord } from '../../store/app/cert-store.js';
import { answersPageOf, answersWith, moment, type Json } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { ownName } from '../http/input/names.js';
import { operationAnswers } from '../replies/operation-json.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { ok } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';

/** Without the key, which never leaves the controller. */
export const certSchema = z
  .object({
    id: z.string(),
    domains: z.array(z.string()),
    fingerprint: z.string().describe('SHA-256 of the leaf.'),
    expires_at: moment,
    certificate: z.string().describe('PEM, leaf first.'),
    created_at: moment,
  })
  .meta({ id: 'Certificate' });

export const listCerts = forFormation({
  may: 'see',
  summary: 'List the certificates that the proxies serve.',
  answers: answersPageOf(certSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) => call.parts.stores.certs.pageOfFormation(call.formation.id, request),
      certJson,
    ),
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

export const showCert = forFormation({
  may: 'see',
  summary: 'Show a certificate; its key is never shown.',
  answers: answersWith(certSchema),
  answer: async ({ parts, formation, param }) => {
    const name = param('cert');
    const cert = isStorable(name) ? await parts.stores.certs.byName(formation.id, name) : undefined;
    if (cert === undefined)
      throw new NotFound(`${formation.name} has no certificate ${JSON.stringify(name)}`);
    return ok(certJson(cert));
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

function certJson(cert: CertRecord): Json<typeof certSchema> {
  const { name, domains, fingerprint, expiresAt, certificate, createdAt } = cert;
  return {
    id: name,
    domains,
    fingerprint,
    expires_at: isoTime(expiresAt),
    certificate,
    created_at: isoTime(createdAt),
  };
}
