import { z } from 'zod';
import { settingEndpoints } from '../../replies/setting-endpoints.js';
import { structure } from '../../http/input/json-field.js';

export const tagsSchema = z
  .object({
    release: z.int().nullable().describe('That has these tags: the newest that is live or still to be.'),
    tags: z
      .record(z.string(), z.record(z.string(), z.string()))
      .describe(
        'Process type -> what the layer of a node must have for its containers to be placed there. Types that are ' +
          'not here are placed on any runtime node.',
      ),
  })
  .meta({ id: 'Tags' });

/** Which names and values may be is for the domain to say; null takes a tag away, or all of a type. */
const changes = z.record(
  z.string(),
  z
    .record(z.string(), z.string('must be a value like "ssd", or null to take the tag away').nullable())
    .nullable(),
);

export const tags = settingEndpoints({
  setting: 'tags',
  summaries: {
    show: 'Show what process types ask of the nodes that their containers are placed on.',
    change:
      'Change what process types ask of their nodes: what is not named stays, null takes away. Cuts a release and ' +
      'deploys it, which moves containers; refused where no node has what is asked for.',
  },
  shown: tagsSchema,
  body: z.strictObject({ tags: structure(changes) }),
  changes: (body) => body.tags,
  audit: (body) => ({ tags: body.tags }),
  json: ({ release, values }) => ({ release, tags: values }),
});
