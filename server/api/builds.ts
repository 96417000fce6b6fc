import { z } from 'zod';
import { answersPageOf, moment } from './answers.js';
import { forFormation } from './endpoint.js';
import { pageQuery, plainPage } from './page.js';
import { isoTime } from './time.js';

export const buildSchema = z
  .object({
    uuid: z.guid(),
    sha: z.string().describe('Commit that was pushed.'),
    slug_path: z.string().nullable(),
    sha256: z.string().nullable(),
    size: z.int().nullable().describe('Bytes of the slug.'),
    procfile: z.record(z.string(), z.string()),
    buildpack: z.string().nullable(),
    image: z.string().nullable(),
    created_at: moment,
  })
  .meta({ id: 'Build' });

/** Newest first. */
export const listBuilds = forFormation({
  may: 'see',
  summary: 'List the builds, newest first.',
  answers: answersPageOf(buildSchema),
  query: pageQuery,
  answer: async (call) => {
    return plainPage(call, (request) => call.parts.stores.builds.pageOfFormation(call.formation.id, request), (build) => ({
      uuid: build.id,
      sha: build.gitCommit,
      slug_path: build.slugPath,
      sha256: build.slugSha256,
      size: build.slugSize,
      procfile: build.procfile,
      buildpack: build.buildpack,
      image: build.image,
      created_at: isoTime(build.createdAt),
    }));
  },
});
