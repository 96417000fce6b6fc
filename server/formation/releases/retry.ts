import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { FormationParts } from '../context/formation-parts.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { deployKind } from '../requests/kinds/deploy.js';
import { goneText } from './choose-rollback.js';
import { isLost } from './lost-builds.js';
import { cutCopy } from './rollback.js';

/**
 * Cuts a release with all that the newest one holds, which failed, and queues its deploy. @throws Conflict
 * when the newest has not failed, has no build, or its slug is no longer kept, or lost
 */
export async function retry(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: deployKind },
    async (stores) => {
      const failed = await requireFailed(parts, stores, formation);
      return { release: (await cutCopy(stores, user, failed, `Retry v${failed.version}`)).version };
    },
  );
}

async function requireFailed(
  parts: FormationParts,
  stores: Stores,
  formation: FormationRecord,
): Promise<ReleaseRecord> {
  const newest = await stores.releases.newest(formation.id);
  if (newest === undefined)
    throw new Conflict('there is no release yet: push code with `git push deis HEAD:master`');
  if (newest.state !== 'failed')
    throw new Conflict(`v${newest.version}, the newest release, has not failed: it is ${newest.state}`);
  const build = newest.buildId === null ? undefined : await stores.builds.byId(newest.buildId);
  if (build === undefined) throw new Conflict(`v${newest.version} has no build`);
  if (build.collectedAt !== null)
    throw new Conflict(`the build of v${newest.version} is no longer kept: push its commit again`);
  if (await isLost(parts, build)) throw new Conflict(goneText(newest.version, 'lost'));
  return newest;
}
