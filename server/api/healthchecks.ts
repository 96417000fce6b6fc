import { z } from 'zod';
import type { HealthSettings } from '../../cookbooks/databag.js';
import { readHealth, type PresentHealth } from '../formation/releases/change-health.js';
import { answersWith, type Json } from './http/answers.js';
import { forFormation } from './endpoint/endpoint.js';
import { ifMatch, requireMatch } from './http/etag.js';
import { operationAnswers } from './endpoint/operation-json.js';
import { ok } from './endpoint/reply.js';
import { respondWithOperation } from './endpoint/respond-with-operation.js';
import { structure } from './http/json-field.js';

const kind = z
  .enum(['tcp', 'http', 'none'])
  .describe('Something listens on PORT; it answers GET of `path`; or the process has stayed up for 2 s.');
const status = z.tuple([z.number(), z.number()]).describe('Lowest and highest that is good.');

export const healthchecksSchema = z
  .object({
    release: z.int().nullable().describe('That has these checks: the newest that is live or still to be.'),
    checks: z
      .record(
        z.string(),
        z.object({
          kind,
          path: z.string().nullable(),
          status: status.nullable(),
          timeout: z.int().nullable().describe('Seconds of one request.'),
          deadline: z
            .int()
            .nullable()
            .describe('Seconds until the first good answer; null: what the controller is set to.'),
        }),
      )
      .describe('By process type. Types that are not here are checked by tcp (web) or none (others).'),
  })
  .meta({ id: 'HealthChecks' });

/** Which values may be is merge-health's to say; null puts back the default. */
const check = z.strictObject({
  kind,
  path: z.string().optional(),
  status: status.optional(),
  timeout: z.number().optional(),
  deadline: z.number().optional(),
});

export const showHealthchecks = forFormation({
  may: 'see',
  summary: 'Show how new containers show that they are well, where it is not as by default.',
  answers: answersWith(healthchecksSchema),
  answer: async ({ parts, formation }) => ok(healthJson(await readHealth(parts.stores, formation.id))),
});

export const changeHealthchecks = forFormation({
  may: 'deploy',
  summary: 'Change health checks of process types; cuts a release and deploys it.',
  answers: operationAnswers,
  body: z.strictObject({ checks: structure(z.record(z.string(), check.nullable())) }),
  audit: ({ checks }) => ({ types: Object.keys(checks) }),
  headers: ifMatch,
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    const changes = Object.fromEntries(
      Object.entries(body.checks).map(([type, each]) => [type, each && settingsOf(each)]),
    );
    return respondWithOperation(
      call,
      await parts.formations.changeHealth(user, formation, changes, (present) =>
        requireMatch(call.request, healthJson(present)),
      ),
    );
  },
});

function settingsOf({
  kind: how,
  path,
  status: good,
  timeout,
  deadline,
}: z.output<typeof check>): HealthSettings {
  return {
    kind: how,
    ...(path !== undefined && { path }),
    ...(good !== undefined && { status: good }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(deadline !== undefined && { deadlineSeconds: deadline }),
  };
}

function healthJson({ release, checks }: PresentHealth): Json<typeof healthchecksSchema> {
  const shown = Object.entries(checks).map(
    ([type, each]) =>
      [
        type,
        {
          kind: each.kind,
          path: each.path ?? null,
          status: each.status ?? null,
          timeout: each.timeoutSeconds ?? null,
          deadline: each.deadlineSeconds ?? null,
        },
      ] as const,
  );
  return { release, checks: Object.fromEntries(shown) };
}
