import { keyFingerprint } from '../../provisioner/ssh/host-key.js';
import { isAllowed, leastRole } from '../formation/sharing/roles.js';
import { reachOf, reaches } from '../formation/sharing/scopes.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { KeyOwner } from '../store/people/key-store.js';
import type { Stores } from '../store/stores.js';
import type { TokenRecord } from '../store/people/token-store.js';
import type { GitRequest } from './parse-git-command.js';

/** Who logged in; by a key, or by a token and no further than that reaches. */
export type GitUser = KeyOwner['user'] & {
  readonly token?: Pick<TokenRecord, 'scope' | 'formationId'>;
};

/** Whose token this text is; undefined of none, a wrong or an expired one. */
export type UserOfToken = (token: string) => Promise<GitUser | undefined>;

/** Whose key this is; the key alone decides, never a name that the client gives. */
export async function userOfKey(stores: Stores, key: Buffer): Promise<GitUser | undefined> {
  return (await stores.keys.byFingerprint(keyFingerprint(key)))?.user;
}

/** Why somebody may not, in a sentence; with the formation where they are a member of it. */
export interface PushRefusal {
  readonly refuse: string;
  readonly formation?: FormationRecord;
}

/**
 * The formation of the request, when the user is a member of it who may push, and with a token that may. One of
 * strangers and one that is not there answer alike.
 */
export async function formationOfUser(
  stores: Stores,
  user: GitUser,
  { formation: name, service }: GitRequest,
): Promise<FormationRecord | PushRefusal> {
  const found = await stores.memberships.ofUser(user.id, name);
  if (found === undefined || isOfAnother(user, found.formation))
    return {
      refuse:
        `no formation ${name} that ${user.username} may use: ` +
        '`deis formations` lists yours, `deis create` makes one',
    };
  const { formation, role } = found;
  if (!isAllowed(role, 'push'))
    return {
      refuse: `you are a ${role} of ${name}: pushing and fetching need a ${leastRole.push}`,
      formation,
    };
  if (user.token !== undefined && !reaches(user.token.scope, 'push', service === 'receive-pack'))
    return {
      refuse: `a token of scope ${user.token.scope} may neither push nor fetch: make one of scope deploy`,
      formation,
    };
  if (formation.destroying) return { refuse: `${name} is being destroyed`, formation };
  return formation;
}

/** A token made for one formation sees no other. */
function isOfAnother({ token }: GitUser, formation: FormationRecord): boolean {
  return (
    token !== undefined && reachOf[token.scope].formations === 'one' && token.formationId !== formation.id
  );
}
