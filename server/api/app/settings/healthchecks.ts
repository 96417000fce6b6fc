import { z } from 'zod';
import type { HealthSettings } from '../../../../cookbooks/databag.js';
import { settingEndpoints } from '../../replies/setting-endpoints.js';
import { structure } from '../../http/input/json-field.js';

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
          interval: z.int().nullable().describe('Seconds between two checks.'),
          retries: z
            .int()
            .nullable()
            .describe('Failed checks in a row until proxies pass over a container, or its start has failed.'),
          start: z.int().nullable().describe('Seconds after a start in which failed checks do not count.'),
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
  interval: z.number().optional(),
  retries: z.number().optional(),
  start: z.number().optional(),
});

export const healthchecks = settingEndpoints({
  setting: 'health',
  summaries: {
    show: 'Show how new containers show that they are well, where it is not as by default.',
    change: 'Change health checks of process types; cuts a release and deploys it.',
  },
  shown: healthchecksSchema,
  body: z.strictObject({ checks: structure(z.record(z.string(), check.nullable())) }),
  changes: ({ checks }) =>
    Object.fromEntries(Object.entries(checks).map(([type, each]) => [type, each && settingsOf(each)])),
  audit: ({ checks }) => ({ types: Object.keys(checks) }),
  json: ({ release, values }) => ({
    release,
    checks: Object.fromEntries(Object.entries(values).map(([type, each]) => [type, checkJson(each)])),
  }),
});

function settingsOf({
  kind: how,
  path,
  status: good,
  timeout,
  deadline,
  interval,
  retries,
  start,
}: z.output<typeof check>): HealthSettings {
  return {
    kind: how,
    ...(path !== undefined && { path }),
    ...(good !== undefined && { status: good }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(deadline !== undefined && { deadlineSeconds: deadline }),
    ...(interval !== undefined && { intervalSeconds: interval }),
    ...(retries !== undefined && { retries }),
    ...(start !== undefined && { startSeconds: start }),
  };
}

export function checkJson(check: HealthSettings) {
  return {
    kind: check.kind,
    path: check.path ?? null,
    status: check.status === undefined ? null : ([...check.status] as [number, number]),
    timeout: check.timeoutSeconds ?? null,
    interval: check.intervalSeconds ?? null,
    retries: check.retries ?? null,
    start: check.startSeconds ?? null,
    deadline: check.deadlineSeconds ?? null,
  };
}
