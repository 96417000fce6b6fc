import type { Request, Response } from 'express';
import { Forbidden, NotFound, UserError } from '../../cookbooks/errors.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { OperationRecord } from '../store/operation-store.js';
import type { UserRecord } from '../store/user-store.js';
import type { AppParts } from './app-parts.js';
import { unauthenticated } from './http-error.js';
import { uuid } from './names.js';
import { isStorable } from './storable.js';

/** Who calls. @throws HttpError 401 without a valid token. */
export async function userOf(parts: AppParts, request: Request, response: Response): Promise<UserRecord> {
  // passport-http-bearer would take it from there, and then it stands in every log between here and the client.
  if ('access_token' in request.query) throw new UserError('a token goes into the Authorization header, never into the URL', { field: 'access_token' });
  const user = await parts.authenticator.byToken(request, response);
  if (user === undefined) throw unauthenticated(request.headers.authorization === undefined ? 'log in first: this needs a token' : 'the token is wrong, expired or revoked');
  return user;
}

/** @throws Forbidden for everybody but platform admins. */
export function requireAdmin(user: UserRecord): void {
  if (!user.isAdmin) throw new Forbidden('only an admin may do that');
}

/** The one place that decides who may see and change a formation: its owner. To all others, admins too, there is none. @throws NotFound */
export async function formationOf(parts: AppParts, user: UserRecord, name: string): Promise<FormationRecord> {
  const formation = isStorable(name) ? await parts.stores.formations.ofOwnerByName(user.id, name) : undefined;
  if (formation === undefined) throw new NotFound(`no formation ${JSON.stringify(name)}`);
  return formation;
}

/** The operation when it works on a formation of this user, or this user asked for it and the formation is gone. @throws NotFound */
export async function operationOf(parts: AppParts, user: UserRecord, id: string): Promise<OperationRecord> {
  const operation = uuid.safeParse(id).success ? await parts.stores.operations.byId(id) : undefined;
  if (operation === undefined || !(await maySee(parts, user, operation))) throw new NotFound(`no operation ${JSON.stringify(id)}`);
  return operation;
}

async function maySee(parts: AppParts, user: UserRecord, operation: OperationRecord): Promise<boolean> {
  if (operation.formationId === null) return operation.requestedBy === user.id;
  return (await parts.stores.formations.byId(operation.formationId))?.ownerId === user.id;
}

/** Whether the user may see config values and keys in clear. */
export function mayReadConfig(user: UserRecord, formation: FormationRecord): boolean {
  return formation.ownerId === user.id;
}
