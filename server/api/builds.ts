import { forFormation } from './endpoint.js';
import { page, pageQuery } from './page.js';
import { isoTime } from './time.js';

/** Newest first. */
export const listBuilds = forFormation({
  query: pageQuery,
  answer: async (call) => {
    const builds = await call.parts.stores.builds.ofFormation(call.formation.id);
    return page(call, builds, { key: (build) => [build.createdAt.getTime(), build.id], order: 'newest' }, (build) => ({
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
