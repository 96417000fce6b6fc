import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { mayChangeInfrastructure } from './flavor-right.js';
import type { GivenRole } from './roles.js';

type Formation = Pick<FormationRecord, 'id' | 'name'>;
type User = Pick<UserRecord, 'id' | 'username'>;

/**
 * Gives somebody a role, in the place of the one before. When they lose the right to infrastructure, nodes of
 * their flavors are not launched any more, and a role that is given to them later does not change that.
 * @throws Conflict for the owner
 */
export async function giveRole(
  stores: Stores,
  formation: Formation,
  user: User,
  role: GivenRole,
): Promise<void> {
  await changeRole(stores, formation, user, async (inside) => {
    if (!mayChangeInfrastructure(role)) await inside.layers.disownFlavors(formation.id, user.id);
    await inside.roles.set(formation.id, user.id, role);
  });
}

/**
 * As `giveRole`, of a role that is taken or given up. False when there was none. @throws Conflict for the
 * owner
 */
export async function takeRole(stores: Stores, formation: Formation, user: User): Promise<boolean> {
  return changeRole(stores, formation, user, async (inside) => {
    await inside.layers.disownFlavors(formation.id, user.id);
    return inside.roles.remove(formation.id, user.id);
  });
}

async function changeRole<T>(
  stores: Stores,
  formation: Formation,
  user: User,
  change: (inside: Stores) => Promise<T>,
): Promise<T> {
  return stores.withFormationLock(formation.id, async (inside) => {
    const ownerId = (await inside.formations.byId(formation.id))?.ownerId;
    if (ownerId === user.id)
      throw new Conflict(`${user.username} owns ${formation.name}: transfer it instead`);
    return change(inside);
  });
}
