import { NotFound } from '../../cookbooks/errors.js';
import type { NewRelease, ReleaseRecord } from '../store/release-store.js';
import type { Stores } from '../store/stores.js';
import type { FormationParts } from './formation-parts.js';
import { requireAlive } from './enqueue-operation.js';

/**
 * Cuts the next release, and ends the queued deploys that it makes needless: it is cut from the newest, so that it contains
 * what they would have deployed. Belongs in a transaction that holds the formation's lock.
 */
export async function createRelease(stores: Stores, release: NewRelease): Promise<ReleaseRecord> {
  const created = await stores.releases.insert(release);
  const queued = (await stores.operations.unfinishedOfFormation(release.formationId, 'formation')).filter(({ kind, startedAt }) => kind === 'deploy' && startedAt === null);
  for (const { id, params } of queued) {
    const reason = `superseded by v${created.version}`;
    if (!(await stores.operations.finishQueued(id, { state: 'superseded', error: { message: reason } }))) continue;
    const older = typeof params['release'] === 'number' ? await stores.releases.byVersion(release.formationId, params['release']) : undefined;
    if (older?.state === 'pending') await stores.releases.setState(older.id, 'superseded', `by v${created.version}`);
  }
  return created;
}

export interface BuildReleaseRequest {
  readonly formationId: number;
  /** A recorded build. */
  readonly buildId: string;
  readonly createdBy: number | null;
  /** One line for people. */
  readonly summary: string;
}

/**
 * Cuts the release of a push's build, with the newest config. Safe to repeat: one build gives one release. The first build
 * with a `web` process scales it to 1, unless somebody has scaled it before.
 * @throws NotFound when there is no such build, Conflict when the formation is being destroyed
 */
export async function cutBuildRelease({ stores }: Pick<FormationParts, 'stores'>, { formationId, buildId, createdBy, summary }: BuildReleaseRequest): Promise<ReleaseRecord> {
  return stores.withFormationLock(formationId, async (inside) => {
    const { scale } = await requireAlive(inside, formationId);
    const build = await inside.builds.byId(buildId);
    if (build === undefined) throw new NotFound(`there is no build ${buildId}`);
    const known = (await inside.releases.ofFormation(formationId)).filter((release) => release.buildId === buildId).at(-1);
    if (known !== undefined) return known;
    if (Object.hasOwn(build.procfile, 'web') && !Object.hasOwn(scale, 'web')) await inside.formations.setScale(formationId, { ...scale, web: 1 });
    const config = (await inside.configs.newest(formationId)) ?? (await inside.configs.insert({ formationId, createdBy, values: {} }));
    return createRelease(inside, { formationId, buildId, configId: config.id, summary, createdBy });
  });
}
