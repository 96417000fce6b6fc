import { z } from 'zod';
import { nameStates, type AutoCertsStatus } from '../../../formation/proxies/auto-cert-status.js';
import { answersWith, moment, type Json } from '../../http/answers.js';
import { forFormation } from '../../endpoint/endpoint.js';
import { operationAnswers } from '../../replies/operation-json.js';
import { ok } from '../../endpoint/reply.js';
import { respondWithOperation } from '../../replies/respond-with-operation.js';
import { isoTime } from '../../http/time.js';

export const autoCertsSchema = z
  .object({
    enabled: z.boolean(),
    ca: z.string().describe('Host of the CA that certificates are ordered from.'),
    names: z
      .array(
        z.object({
          name: z.string(),
          state: z
            .enum(nameStates)
            .describe(
              '`serving`: each proxy serves its certificate; `delivering`: the proxies are being told; `waiting`: ' +
                'it is about to be ordered; `failing`: `problem` says why not; `yours`: a certificate of your own ' +
                'is good for it; `wildcard`: it cannot be ordered.',
            ),
          certificate: z.string().nullable().describe('Id of the certificate that is good for it.'),
          problem: z.string().nullable(),
          next_attempt_at: moment.nullable(),
        }),
      )
      .describe('Each domain of the formation; empty while it is not enabled.'),
  })
  .meta({ id: 'AutoCertificates' });

export const showAutoCerts = forFormation({
  may: 'see',
  summary: 'Show for each domain how far the certificate is that the controller orders for it.',
  answers: answersWith(autoCertsSchema),
  answer: async ({ parts, formation }) =>
    ok(autoCertsJson(await parts.formations.autoCertsStatus(formation))),
});

export const changeAutoCerts = forFormation({
  may: 'network',
  summary: 'Have certificates ordered and renewed by the controller, or no more.',
  answers: operationAnswers,
  body: z.strictObject({ enabled: z.boolean() }),
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    const change = body.enabled ? parts.formations.enableAutoCerts : parts.formations.disableAutoCerts;
    return respondWithOperation(call, await change(user, formation));
  },
});

export const refreshAutoCerts = forFormation({
  may: 'network',
  summary: 'Try again now what has failed, but for what the CA has asked to wait for.',
  answers: answersWith(autoCertsSchema),
  body: z.strictObject({}),
  answer: async ({ parts, formation }) => {
    await parts.formations.refreshAutoCerts(formation);
    return ok(autoCertsJson(await parts.formations.autoCertsStatus(formation)));
  },
});

function autoCertsJson({ enabled, ca, names }: AutoCertsStatus): Json<typeof autoCertsSchema> {
  return {
    enabled,
    ca,
    names: names.map(({ name, state, certificate, problem, nextAttemptAt }) => ({
      name,
      state,
      certificate,
      problem,
      next_attempt_at: isoTime(nextAttemptAt),
    })),
  };
}
