import type { FormationParts } from '../context/formation-parts.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { requireAlive } from '../requests/enqueue-operation.js';
import { knownBuildpacks } from './known-buildpacks.js';
import { parseBuildpacks } from './parse-buildpacks.js';

/**
 * Sets the buildpacks of a formation, in order: the next push is built with them. An empty list sets none.
 * @param check told the present list before anything is written; what it throws ends the change
 * @throws UserError naming the one that is no buildpack
 */
export async function setBuildpacks(
  { stores }: Pick<FormationParts, 'stores'>,
  _user: UserRecord,
  { id }: FormationRecord,
  list: readonly string[],
  check: (present: readonly string[]) => void = () => undefined,
): Promise<readonly string[]> {
  const wanted = list.map((each) => each.trim());
  return stores.withFormationLock(id, async (inside) => {
    await requireAlive(inside, id);
    check(await inside.buildpacks.ofFormation(id));
    if (wanted.length > 0) parseBuildpacks(wanted, 'buildpacks', await knownBuildpacks(inside));
    await inside.buildpacks.setOfFormation(id, wanted);
    return wanted;
  });
}
