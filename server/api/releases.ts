import { z } from 'zod';
import { NotFound } from '../../cookbooks/errors.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { ReleaseRecord } from '../store/release-store.js';
import type { Stores } from '../store/stores.js';
import { forFormation } from './endpoint.js';
import { pageQuery, preparedPage } from './page.js';
import { ok } from './reply.js';
import { respondWithOperation } from './respond-with-operation.js';
import { isoTime } from './time.js';

/** The column is a 32 bit integer. */
const highestVersion = 2 ** 31 - 1;

/** Newest first. */
export const listReleases = forFormation({
  query: pageQuery,
  answer: async (call) => {
    const releases = await call.parts.stores.releases.ofFormation(call.formation.id);
    return preparedPage(call, releases, { key: (release) => [release.version], order: 'newest' }, (shown) => releaseWriter(call.parts.stores, call.formation, shown));
  },
});

/** The release of the version asked for, `7` or `v7`. */
export const showRelease = forFormation({
  answer: async ({ parts, formation, param }) => {
    const version = /^v?([1-9]\d{0,9})$/.exec(param('version'))?.[1];
    const release = version === undefined || Number(version) > highestVersion ? undefined : await parts.stores.releases.byVersion(formation.id, Number(version));
    if (release === undefined) throw new NotFound(`no release ${JSON.stringify(param('version'))} in ${formation.name}`);
    return ok((await releaseWriter(parts.stores, formation, [release]))(release));
  },
});

export const rollback = forFormation({
  body: z.strictObject({ release: z.int('must be a release number').min(1).max(highestVersion).optional() }),
  answer: async (call) => respondWithOperation(call, await call.parts.formations.rollback(call.user, call.formation, call.body.release)),
});

async function releaseWriter(stores: Stores, formation: FormationRecord, releases: readonly ReleaseRecord[]) {
  const builds = new Map((await stores.builds.byIds(releases.flatMap((release) => release.buildId ?? []))).map((build) => [build.id, build]));
  const configs = await stores.configs.versions(releases.map((release) => release.configId));
  const usernames = await stores.users.usernames(releases.map((release) => release.createdBy));
  return (release: ReleaseRecord) => ({
    version: release.version,
    state: release.state,
    summary: release.summary,
    reason: release.reason,
    build: release.buildId,
    config: configs.get(release.configId) ?? null,
    sha: release.buildId === null ? null : (builds.get(release.buildId)?.gitCommit ?? null),
    created_by: release.createdBy === null ? null : (usernames.get(release.createdBy) ?? null),
    created_at: isoTime(release.createdAt),
    live_at: isoTime(release.liveAt),
    live: release.id === formation.liveReleaseId,
  });
}
