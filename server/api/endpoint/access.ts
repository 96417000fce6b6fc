import type { Request, Response } from 'express';
import { Conflict, Forbidden, NotFound, UserError } from '../../../base/errors.js';
import { isAllowed, leastRole, type Action, type MemberRole } from '../../formation/sharing/roles.js';
import {
  reachOf,
  reaches,
  reachesElsewhere,
  roleOfScope,
  type Scope,
} from '../../formation/sharing/scopes.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { AppParts } from './app-parts.js';
import type { Authenticated } from '../auth/caller-strategies.js';
import { sessionCookie } from '../auth/browser/session-cookie.js';
import { unauthenticated } from '../http/http-error.js';
import { uuid } from '../http/input/names.js';
import { isStorable } from '../http/input/storable-text.js';

/** Who calls, and with which token. @throws HttpError 401 without a valid token. */
export async function callerOf(
  parts: AppParts,
  request: Request,
  response: Response,
): Promise<Authenticated> {
  // passport-http-bearer would take it from there, and then it stands in every log between here and the
  // client.
  if ('access_token' in request.query)
    throw new UserError('a token goes into the Authorization header, never into the URL', {
      field: 'access_token',
    });
  const found = await parts.authenticator.byToken(request, response);
  if (found === undefined)
    throw unauthenticated(
      request.headers.authorization !== undefined
        ? 'the token is wrong, expired or revoked'
        : sessionCookie.read(request) === undefined
          ? 'log in first: this needs a token'
          : 'the session has ended: sign in again',
    );
  return found;
}

/** Of endpoints outside formations. @throws Forbidden when the token is not made for that */
export function requireScope({ scope }: TokenRecord, isChange: boolean): void {
  if (!reachesElsewhere(scope, isChange)) throw outOfScope(scope);
}

/** What is to be done in a formation (null: one that is gone), and what the caller is to it. */
export interface Wish {
  readonly formationId: number | null;
  readonly role: MemberRole;
  readonly action: Action;
  /** It changes, runs or dials something, whatever its HTTP method. */
  readonly isChange: boolean;
}

/**
 * The role as far as the token lets it reach: one that may do it.
 * @throws Forbidden when the token is not made for that
 */
export function roleWithin({ scope, formationId }: TokenRecord, wish: Wish): MemberRole {
  const isOfThis = formationId !== null && formationId === wish.formationId;
  const isForThis = reachOf[scope].formations === 'all' || isOfThis;
  const role = roleOfScope(scope, wish.role);
  if (isForThis && reaches(scope, wish.action, wish.isChange) && isAllowed(role, wish.action)) return role;
  throw outOfScope(scope);
}

function outOfScope(scope: Scope): Forbidden {
  return new Forbidden(
    scope === 'read' ? 'this token may only read' : 'this token may only deploy its formation',
  );
}

/** @throws Forbidden for everybody but platform admins. */
export function requireAdmin(user: UserRecord): void {
  if (!user.isAdmin) throw new Forbidden('only an admin may do that');
}

/** A formation with what the caller is to it. */
export interface Membership {
  readonly formation: FormationRecord;
  readonly role: MemberRole;
}

/**
 * @param asked whether it may be about layers that a guest makes, or has made, to move to
 * @throws Conflict naming the host of a guest: layers and nodes are the host's
 */
export async function requireOwnNodes(
  { formations, layers }: Pick<AppParts['stores'], 'formations' | 'layers'>,
  { id, name, hostId }: FormationRecord,
  asked?: 'begins' | 'has',
): Promise<void> {
  if (hostId === null || asked === 'begins') return;
  if (asked === 'has' && (await layers.ofFormation(id)).length > 0) return;
  const host = (await formations.byId(hostId))?.name ?? 'another formation';
  throw new Conflict(
    `${name} has no layers and nodes of its own, it lives on those of ${host}: name that one, \`--formation=${host}\``,
  );
}

/** Hears of the formation before the role is looked at: a member's refusal concerns it. */
export type OnMember = (formation: { readonly id: number; readonly name: string }) => void;
const nobodyListens: OnMember = () => undefined;

/**
 * The one place that decides who may do what with a formation. To strangers, platform admins too, there is
 * none. @throws NotFound; Forbidden for a member whose role does not reach
 */
export async function formationOf(
  parts: AppParts,
  user: UserRecord,
  name: string,
  action: Action,
  onMember = nobodyListens,
): Promise<Membership> {
  const found = isStorable(name) ? await parts.stores.memberships.ofUser(user.id, name) : undefined;
  if (found === undefined) throw new NotFound(`no formation ${JSON.stringify(name)}`);
  onMember(found.formation);
  requireRole(found.role, action, name);
  return found;
}

/**
 * The operation when it works on a formation that the user is a member of, or this user asked for it and the
 * formation is gone. @throws NotFound, Forbidden as formationOf
 */
export async function operationOf(
  parts: AppParts,
  user: UserRecord,
  id: string,
  action: Action,
  onMember = nobodyListens,
): Promise<{ readonly operation: OperationRecord; readonly role: MemberRole }> {
  const operation = uuid.safeParse(id).success ? await parts.stores.operations.byId(id) : undefined;
  const role = operation && (await roleIn(parts, user, operation));
  if (operation === undefined || role === undefined) throw new NotFound(`no operation ${JSON.stringify(id)}`);
  if (operation.formationId !== null) onMember({ id: operation.formationId, name: operation.formationName });
  requireRole(role, action, operation.formationName);
  return { operation, role };
}

/**
 * Whether the caller may know of a formation's nodes what those know who have a role where the nodes are: a guest's
 * own people need not, and a token for the guest is not for its host.
 */
export async function seesGround(
  { stores }: AppParts,
  { user, token, formation: { hostId } }: Ground,
): Promise<boolean> {
  if (hostId === null) return true;
  return reachOf[token.scope].formations === 'all' && (await memberRole(stores, user, hostId)) !== undefined;
}

interface Ground {
  readonly user: UserRecord;
  readonly token: TokenRecord;
  readonly formation: FormationRecord;
}

async function roleIn(
  { stores }: AppParts,
  user: UserRecord,
  { formationId, requestedBy }: OperationRecord,
): Promise<MemberRole | undefined> {
  if (formationId === null) return requestedBy === user.id ? 'owner' : undefined;
  return memberRole(stores, user, formationId);
}

async function memberRole(
  { formations, roles }: AppParts['stores'],
  user: UserRecord,
  formationId: number,
): Promise<MemberRole | undefined> {
  const ownerId = (await formations.byId(formationId))?.ownerId;
  return ownerId === user.id ? 'owner' : roles.of(formationId, user.id);
}

function requireRole(role: MemberRole, action: Action, formation: string): void {
  if (!isAllowed(role, action))
    throw new Forbidden(`you are ${article(role)} of ${formation}: this needs ${article(leastRole[action])}`);
}

function article(role: MemberRole): string {
  return role === 'owner' ? 'the owner' : `${role === 'admin' ? 'an' : 'a'} ${role}`;
}
