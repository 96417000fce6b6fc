import { keyFingerprint } from '../../provisioner/ssh/host-key.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { KeyOwner } from '../store/key-store.js';
import type { Stores } from '../store/stores.js';

/** Who a key belongs to. */
export type GitUser = KeyOwner['user'];

/** Whose key this is; the key alone decides, never a name that the client gives. */
export async function userOfKey(stores: Stores, key: Buffer): Promise<GitUser | undefined> {
  return (await stores.keys.byFingerprint(keyFingerprint(key)))?.user;
}

/** The user's formation of that name. Somebody else's and one that is not there answer alike. */
export async function formationOfUser(stores: Stores, user: GitUser, name: string): Promise<FormationRecord | { readonly refuse: string }> {
  const formation = await stores.formations.ofOwnerByName(user.id, name);
  if (formation === undefined) return { refuse: `no formation ${name} that ${user.username} may use: \`deis formations\` lists yours, \`deis create\` makes one` };
  if (formation.destroying) return { refuse: `${name} is being destroyed` };
  return formation;
}
