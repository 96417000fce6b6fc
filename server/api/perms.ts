import { z } from 'zod';
import { Conflict, Forbidden, NotFound, UnknownName } from '../../cookbooks/errors.js';
import { givenRoles, isAllowed } from '../formation/roles.js';
import type { RoleRecord } from '../store/role-store.js';
import type { Stores } from '../store/stores.js';
import type { UserRecord } from '../store/user-store.js';
import { type Json, answersNothing, answersPageOf, answersWith, moment } from './answers.js';
import { forFormation } from './endpoint.js';
import { pageQuery, plainPage } from './page.js';
import { noContent, ok } from './reply.js';
import { isStorable } from './storable.js';
import { isoTime } from './time.js';

export const permSchema = z.object({ username: z.string(), role: z.enum(givenRoles), created_at: moment }).meta({ id: 'Perm' });

export const listPerms = forFormation({
  may: 'see',
  summary: 'List who but the owner may do something here.',
  answers: answersPageOf(permSchema),
  query: pageQuery,
  answer: async (call) => plainPage(call, (request) => call.parts.stores.roles.pageOfFormation(call.formation.id, request), permJson),
});

export const givePerm = forFormation({
  may: 'share',
  summary: 'Give somebody a role, in the place of the one before.',
  answers: answersWith(z.object({ username: z.string(), role: z.enum(givenRoles) })),
  body: z.strictObject({ username: z.string(), role: z.enum(givenRoles, `must be one of ${givenRoles.join(', ')}`).default('collaborator') }),
  audit: ({ username, role }) => ({ username, role }),
  answer: async ({ parts, formation, body }) => {
    const user = await userNamed(parts.stores, body.username);
    if (user.id === formation.ownerId) throw new Conflict(`${user.username} owns ${formation.name}`);
    await parts.stores.roles.set(formation.id, user.id, body.role);
    return ok({ username: user.username, role: body.role });
  },
});

/** One's own role may be given up by everybody. */
export const takePerm = forFormation({
  may: 'see',
  summary: 'Take somebody their role, or give up your own.',
  answers: answersNothing,
  answer: async ({ parts, formation, user, role, param }) => {
    const name = param('username');
    if (name !== user.username && !isAllowed(role, 'share')) throw new Forbidden(`only admins and the owner of ${formation.name} may take others their role`);
    const target = isStorable(name) ? await parts.stores.users.byUsername(name) : undefined;
    if (target?.id === formation.ownerId) throw new Conflict(`${name} owns ${formation.name}: transfer it instead`);
    if (target === undefined || !(await parts.stores.roles.remove(formation.id, target.id))) throw new NotFound(`${JSON.stringify(name)} has no role in ${formation.name}`);
    return noContent;
  },
});

/** Layers keep their flavors, and with them the credentials of who made them, until they are updated. */
export const transferFormation = forFormation({
  may: 'transfer',
  summary: 'Hand the formation over to somebody else; you stay as an admin of it.',
  answers: answersWith(z.object({ id: z.string(), owner: z.string() })),
  body: z.strictObject({ username: z.string() }),
  audit: ({ username }) => ({ username }),
  answer: async ({ parts, formation, user, body }) => {
    const heir = await userNamed(parts.stores, body.username);
    if (heir.id === formation.ownerId) throw new Conflict(`${heir.username} owns ${formation.name} already`);
    await parts.stores.withFormationLock(formation.id, async (stores) => {
      const present = await stores.formations.byId(formation.id);
      if (present?.ownerId !== user.id || present.destroying) throw new Conflict(`${formation.name} has changed hands, or is being destroyed`);
      await stores.formations.setOwner(formation.id, heir.id);
      await stores.roles.remove(formation.id, heir.id);
      await stores.roles.set(formation.id, user.id, 'admin');
    });
    return ok({ id: formation.name, owner: heir.username });
  },
});

async function userNamed(stores: Stores, username: string): Promise<UserRecord> {
  const user = isStorable(username) ? await stores.users.byUsername(username) : undefined;
  if (user === undefined) throw new UnknownName(`there is no user ${JSON.stringify(username)}`, { field: 'username' });
  return user;
}

function permJson({ username, role, createdAt }: RoleRecord): Json<typeof permSchema> {
  return { username, role, created_at: isoTime(createdAt) };
}
