import type { NewBuild } from '../../store/app/builds/build-store.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { cutRelease } from './cut-release.js';

/**
 * Records the build of a push and cuts its release, with the present config and the settings of process types
 * of the release before. Safe to repeat: one build gives one release. The first build with a `web` process
 * scales it to 1, unless somebody has scaled it before.
 * @param counts of process types that nobody has scaled yet
 * @throws NotFound or Conflict when the formation is gone, or about to be
 */
export async function cutBuildRelease(
  { stores }: Pick<FormationParts, 'stores'>,
  { id: formationId }: Pick<FormationRecord, 'id'>,
  newBuild: NewBuild,
  counts: Readonly<Record<string, number>> = {},
): Promise<ReleaseRecord> {
  return stores.withFormationLock(formationId, async (inside) => {
    const { scale } = await requireAlive(inside, formationId);
    const { id: buildId, procfile, createdBy, gitCommit } = await inside.builds.insert(newBuild);
    const known = (await inside.releases.ofFormation(formationId))
      .filter((release) => release.buildId === buildId)
      .at(-1);
    if (known !== undefined) return known;
    const wanted = Object.entries({ web: 1, ...counts }).filter(
      ([type]) => Object.hasOwn(procfile, type) && !Object.hasOwn(scale, type),
    );
    if (wanted.length > 0)
      await inside.formations.setScale(formationId, { ...scale, ...Object.fromEntries(wanted) });
    const summary = `Deploy ${gitCommit.slice(0, 7)}`;
    return cutRelease(inside, { formationId, createdBy, summary }, { buildId });
  });
}
