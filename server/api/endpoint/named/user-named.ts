import { UnknownName } from '../../../../base/errors.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import type { AppParts } from '../app-parts.js';
import { isStorable } from '../../http/input/storable-text.js';

/**
 * The user whom the field `username` of the body names. Each question counts: the answer says who exists.
 * @param asker who calls
 * @throws UnknownName; HttpError 429 for somebody who asks for too many
 */
export async function userNamed(
  parts: Pick<AppParts, 'stores' | 'authLimits'>,
  asker: Pick<UserRecord, 'id'>,
  username: string,
): Promise<UserRecord> {
  await parts.authLimits.countLookup(asker.id);
  const user = isStorable(username) ? await parts.stores.users.byUsername(username) : undefined;
  if (user === undefined)
    throw new UnknownName(`there is no user ${JSON.stringify(username)}`, { field: 'username' });
  return user;
}
