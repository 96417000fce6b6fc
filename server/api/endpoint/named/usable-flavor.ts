import { NotFound, UserError } from '../../../../base/errors.js';
import type { FlavorRecord } from '../../../store/infrastructure/flavor-store.js';
import type { FormationRecord } from '../../../store/app/formation-store.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import type { AppParts } from '../app-parts.js';
import { isStorable } from '../../http/input/storable-text.js';

/**
 * The flavor that a user means who makes layers in a formation: their own, else one that is shared with the
 * formation. `OWNER/FLAVOR` names one for certain. Whose the formation is does not matter.
 * @throws NotFound for one that is neither; UserError for a name that several share
 */
export async function usableFlavor(
  { stores }: Pick<AppParts, 'stores'>,
  user: Pick<UserRecord, 'id' | 'username'>,
  formation: Pick<FormationRecord, 'id' | 'name'>,
  given: string,
): Promise<FlavorRecord> {
  const none = new NotFound(`no flavor ${JSON.stringify(given)} of yours or shared with ${formation.name}`);
  if (!isStorable(given)) throw none;
  const slash = given.indexOf('/');
  const [owner, name] = slash < 0 ? [undefined, given] : [given.slice(0, slash), given.slice(slash + 1)];
  const own =
    owner === undefined || owner === user.username ? await stores.flavors.byName(user.id, name) : undefined;
  if (own !== undefined) return own;
  const [shared, another] = await stores.flavorShares.named(formation.id, { name, owner });
  if (shared === undefined) throw none;
  if (another === undefined) return shared;
  const choices = `${shared.owner}/${name} or ${another.owner}/${name}`;
  throw new UserError(
    `${name} is the name of several flavors shared with ${formation.name}: say ${choices}`,
    { field: 'flavor' },
  );
}
