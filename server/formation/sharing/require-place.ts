import { Conflict, Forbidden } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { isAllowed } from './roles.js';

type User = Pick<UserRecord, 'id' | 'username'>;

/**
 * One more formation of the user may live on the host: by their role in it, or by its leave and as far as that
 * goes. Belongs under the host's lock, as what takes leave away does. @throws Forbidden where leave was taken,
 * Conflict for more than each person may have there
 */
export async function requirePlace(stores: Stores, host: FormationRecord, user: User): Promise<void> {
  await requireLeave(stores, host, user);
  await requireGuestRoom(stores, host, user);
}

/**
 * As `requirePlace`, for a formation that the user moves there: theirs is the leave, and its owner's the number of
 * guests.
 */
export async function requireMove(
  stores: Stores,
  host: FormationRecord,
  user: User,
  owner: User,
): Promise<void> {
  await requireLeave(stores, host, user);
  await requireGuestRoom(stores, host, owner);
}

async function requireLeave(stores: Stores, host: FormationRecord, user: User): Promise<void> {
  if (await runsThereAnyway(stores, host, user)) return;
  if (await stores.hostShares.mayPlace(host.id, user.id)) return;
  throw new Forbidden(
    `${host.name} is not open to you any more: ask those who run it for \`deis hosts:share ${user.username}\``,
  );
}

/** Whether `requirePlace` would let one in now. */
export function hasPlace(stores: Stores, host: FormationRecord, user: User): Promise<boolean> {
  return requirePlace(stores, host, user).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Conflict || error instanceof Forbidden) return false;
      throw error;
    },
  );
}

/** As `requirePlace`, for a guest that is there already and changes hands. @throws Conflict */
export async function requireGuestRoom(stores: Stores, host: FormationRecord, user: User): Promise<void> {
  if (!(await runsThereAnyway(stores, host, user))) await requireBound(stores, host, user);
}

/** Members run what they like on its nodes, without any guest. */
async function runsThereAnyway(stores: Stores, { name }: FormationRecord, { id }: User): Promise<boolean> {
  const role = (await stores.memberships.ofUser(id, name))?.role;
  return role !== undefined && isAllowed(role, 'host');
}

async function requireBound(
  stores: Stores,
  { id, name, guestQuota: { guests: most } }: FormationRecord,
  user: User,
): Promise<void> {
  if (most === undefined) return;
  const present = await stores.hostShares.guestsOfOwner(id, user.id);
  if (present.length < most) return;
  const own = present.length === 0 ? '' : ` (${user.username} has ${present.slice(0, maxNamed).join(', ')})`;
  throw new Conflict(
    `each person may have ${most} formation${most === 1 ? '' : 's'} on the nodes of ${name}${own}: destroy one, ` +
      `ask those who run ${name} for more, or make one with nodes of its own (\`deis create --own-nodes\`)`,
  );
}

/** Of guests in an error. */
const maxNamed = 10;
