import { z } from 'zod';
import { readLimits, type PresentLimits } from '../formation/releases/change-limits.js';
import { answersWith, type Json } from './http/answers.js';
import { forFormation } from './endpoint/endpoint.js';
import { ifMatch, requireMatch } from './http/etag.js';
import { operationAnswers } from './endpoint/operation-json.js';
import { ok } from './endpoint/reply.js';
import { respondWithOperation } from './endpoint/respond-with-operation.js';
import { structure } from './http/json-field.js';

/** Which amounts may be is merge-limits' to say; null takes a limit away. */
const memory = structure(
  z.record(
    z.string(),
    z.union([z.string(), z.number()], 'must be an amount like "512M", or null for no limit').nullable(),
  ),
);
const cpus = structure(
  z.record(z.string(), z.number('must be a number like 0.5, or null for no limit').nullable()),
);

export const limitsSchema = z
  .object({
    release: z.int().nullable().describe('That has these limits: the newest that is live or still to be.'),
    types: z
      .record(
        z.string(),
        z.object({
          memory: z.int().nullable().describe('Bytes; null: no limit.'),
          cpus: z.number().nullable().describe('Shares of one core; null: no limit.'),
        }),
      )
      .describe('By process type.'),
  })
  .meta({ id: 'Limits' });

export const showLimits = forFormation({
  may: 'see',
  summary: 'Show what the containers of each process type may use.',
  answers: answersWith(limitsSchema),
  answer: async ({ parts, formation }) => ok(limitsJson(await readLimits(parts.stores, formation.id))),
});

export const changeLimits = forFormation({
  may: 'deploy',
  summary: 'Change limits of process types; cuts a release and deploys it.',
  answers: operationAnswers,
  body: z.strictObject({ memory: memory.optional(), cpus: cpus.optional() }),
  audit: (body) => ({ memory: body.memory ?? {}, cpus: body.cpus ?? {} }),
  headers: ifMatch,
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    return respondWithOperation(
      call,
      await parts.formations.changeLimits(user, formation, body, (present) =>
        requireMatch(call.request, limitsJson(present)),
      ),
    );
  },
});

function limitsJson({ release, types }: PresentLimits): Json<typeof limitsSchema> {
  return {
    release,
    types: Object.fromEntries(
      Object.entries(types).map(([type, limits]) => [
        type,
        { memory: limits.memory ?? null, cpus: limits.cpus ?? null },
      ]),
    ),
  };
}
