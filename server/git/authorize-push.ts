import { keyFingerprint } from '../../provisioner/ssh/host-key.js';
import { isAllowed, leastRole } from '../formation/sharing/roles.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { KeyOwner } from '../store/key-store.js';
import type { Stores } from '../store/stores.js';

/** Who a key belongs to. */
export type GitUser = KeyOwner['user'];

/** Whose key this is; the key alone decides, never a name that the client gives. */
export async function userOfKey(stores: Stores, key: Buffer): Promise<GitUser | undefined> {
  return (await stores.keys.byFingerprint(keyFingerprint(key)))?.user;
}

/**
 * The formation of that name, when the user is a member of it who may push. One of strangers and one that is
 * not there answer alike.
 */
export async function formationOfUser(
  stores: Stores,
  user: GitUser,
  name: string,
): Promise<FormationRecord | { readonly refuse: string }> {
  const found = await stores.formations.ofMember(user.id, name);
  if (found === undefined)
    return {
      refuse:
        `no formation ${name} that ${user.username} may use: ` +
        '`deis formations` lists yours, `deis create` makes one',
    };
  const { formation, role } = found;
  if (!isAllowed(role, 'push'))
    return { refuse: `you are a ${role} of ${name}: pushing and fetching need a ${leastRole.push}` };
  if (formation.destroying) return { refuse: `${name} is being destroyed` };
  return formation;
}
