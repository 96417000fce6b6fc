import { z } from 'zod';
import { settingEndpoints } from '../../replies/setting-endpoints.js';
import { structure } from '../../http/input/json-field.js';

export const timeoutsSchema = z
  .object({
    release: z.int().nullable().describe('That has these timeouts: the newest that is live or still to be.'),
    timeouts: z
      .record(z.string(), z.int())
      .describe('Process type -> seconds between SIGTERM and SIGKILL. Types that are not here have 10.'),
  })
  .meta({ id: 'Timeouts' });

const seconds = z.number('must be whole seconds like 30, or null for the default').nullable();

export const timeouts = settingEndpoints({
  setting: 'timeouts',
  summaries: {
    show: 'Show how long containers of each process type may take to stop, where it is not as by default.',
    change: 'Change stop timeouts of process types; cuts a release and deploys it.',
  },
  shown: timeoutsSchema,
  body: z.strictObject({ timeouts: structure(z.record(z.string(), seconds)) }),
  changes: (body) => body.timeouts,
  audit: (body) => ({ timeouts: body.timeouts }),
  json: ({ release, values }) => ({ release, timeouts: values }),
});
