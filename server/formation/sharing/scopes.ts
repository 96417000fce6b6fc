import type { TokenRecord } from '../../store/people/token-store.js';
import { isAllowed, leastRole, roles, type Action, type MemberRole } from './roles.js';

export type Scope = TokenRecord['scope'];

/** What a token may be made for, from most to least. */
export const scopes = ['all', 'read', 'deploy'] as const satisfies readonly Scope[];

/** What a scope leaves of what the token's user may do. */
export interface Reach {
  /** The most that its user counts as in a formation: config values are shown from collaborator on. */
  readonly role: MemberRole;
  /** Which formations: all of its user's, or the one that the token was made for. */
  readonly formations: 'all' | 'one';
  /** What it may look at in them. */
  readonly reads: readonly Action[];
  /** What it may change in them, run or have the controller do. */
  readonly changes: readonly Action[];
  /** What is outside formations: account, tokens, keys, providers, flavors, users. */
  readonly elsewhere: 'all' | 'reads' | 'nothing';
}

const everything = Object.keys(leastRole) as Action[];

/** Scope -> its reach. Every endpoint, git's too, goes by this table and roles.ts, and docs/people.md shows it. */
export const reachOf = {
  all: { role: 'owner', formations: 'all', reads: everything, changes: everything, elsewhere: 'all' },
  read: { role: 'viewer', formations: 'all', reads: ['see', 'logs'], changes: [], elsewhere: 'reads' },
  deploy: {
    role: 'collaborator',
    formations: 'one',
    reads: ['see', 'logs', 'push'],
    changes: ['push', 'deploy', 'scale'],
    elsewhere: 'nothing',
  },
} as const satisfies Readonly<Record<Scope, Reach>>;

/** Whether the table lets a token of this scope look at, or change, what is outside formations. */
export function reachesElsewhere(scope: Scope, isChange: boolean): boolean {
  const { elsewhere }: Reach = reachOf[scope];
  return elsewhere === 'all' || (elsewhere === 'reads' && !isChange);
}

/**
 * Whether the table lets a token of this scope do it in a formation that it is for. The user's own role is a
 * question apart.
 */
export function reaches(scope: Scope, action: Action, isChange: boolean): boolean {
  const { role, reads, changes }: Reach = reachOf[scope];
  return (isChange ? changes : reads).includes(action) && isAllowed(role, action);
}

/** The role, or what the scope leaves of it. */
export function roleOfScope(scope: Scope, role: MemberRole): MemberRole {
  const most: MemberRole = reachOf[scope].role;
  return roles.indexOf(role) < roles.indexOf(most) ? role : most;
}
