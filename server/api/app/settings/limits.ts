import { z } from 'zod';
import { settingEndpoints } from '../../replies/setting-endpoints.js';
import { structure } from '../../http/input/json-field.js';
import { processTypes } from '../../../formation/databag/process-types.js';

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

export const limits = settingEndpoints({
  setting: 'limits',
  summaries: {
    show: 'Show what the containers of each process type may use.',
    change: 'Change limits of process types; cuts a release and deploys it.',
  },
  shown: limitsSchema,
  body: z.strictObject({ memory: memory.optional(), cpus: cpus.optional() }),
  changes: (body) => body,
  audit: (body) => ({ memory: body.memory ?? {}, cpus: body.cpus ?? {} }),
  json: ({ release, procfile = {}, values }) => {
    const types = [...new Set([...processTypes(procfile), ...Object.keys(values)])].sort();
    return {
      release,
      types: Object.fromEntries(
        types.map((type) => [
          type,
          { memory: values[type]?.memory ?? null, cpus: values[type]?.cpus ?? null },
        ]),
      ),
    };
  },
});
