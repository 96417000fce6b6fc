import type { NewBuild } from '../../store/build-store.js';
import type { FormationRecord } from '../../store/formation-store.js';
import type { NewRelease, ReleaseRecord } from '../../store/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { baseRelease } from './base-release.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { deployKind } from '../requests/kinds/deploy.js';

/**
 * Cuts the next release, and ends the queued deploys that it makes needless: it is cut from the newest, so
 * that it contains what they would have deployed. Belongs in a transaction that holds the formation's lock.
 */
export async function createRelease(
  stores: Stores,
  release: NewRelease & Pick<ReleaseRecord, 'limits' | 'health'>,
): Promise<ReleaseRecord> {
  const created = await stores.releases.insert(release);
  const unfinished = await stores.operations.unfinishedOfFormation(release.formationId, 'formation');
  for (const operation of deployKind.supersededBy({ release: created.version }, unfinished)) {
    const reason = `superseded by v${created.version}`;
    if (
      !(await stores.operations.finishQueued(operation.id, {
        state: 'superseded',
        error: { message: reason },
      }))
    )
      continue;
    const { release: version } = deployKind.read(operation);
    const older =
      version === undefined ? undefined : await stores.releases.byVersion(release.formationId, version);
    if (older?.state === 'pending')
      await stores.releases.setState(older.id, 'superseded', `by v${created.version}`);
  }
  return created;
}

/**
 * Records the build of a push and cuts its release, with the present config and the limits and health checks
 * of the release before. Safe to repeat: one build gives one release. The first build with a `web` process
 * scales it to 1, unless somebody has scaled it before.
 * @throws NotFound or Conflict when the formation is gone, or about to be
 */
export async function cutBuildRelease(
  { stores }: Pick<FormationParts, 'stores'>,
  { id: formationId }: Pick<FormationRecord, 'id'>,
  newBuild: NewBuild,
): Promise<ReleaseRecord> {
  return stores.withFormationLock(formationId, async (inside) => {
    const { scale } = await requireAlive(inside, formationId);
    const { id: buildId, procfile, createdBy, gitCommit } = await inside.builds.insert(newBuild);
    const known = (await inside.releases.ofFormation(formationId))
      .filter((release) => release.buildId === buildId)
      .at(-1);
    if (known !== undefined) return known;
    if (Object.hasOwn(procfile, 'web') && !Object.hasOwn(scale, 'web'))
      await inside.formations.setScale(formationId, { ...scale, web: 1 });
    const config = await inside.configs.presentOrEmpty(formationId, createdBy);
    const { limits = {}, health = {} } = (await baseRelease(inside, formationId)) ?? {};
    return createRelease(inside, {
      formationId,
      buildId,
      configId: config.id,
      limits,
      health,
      summary: `Deploy ${gitCommit.slice(0, 7)}`,
      createdBy,
    });
  });
}
