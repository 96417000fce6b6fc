import { z } from 'zod';
import { Forbidden, NotFound } from '../../../base/errors.js';
import { giveRole, takeRole } from '../../formation/sharing/change-role.js';
import { givenRoles, isAllowed } from '../../formation/sharing/roles.js';
import type { RoleRecord } from '../../store/people/role-store.js';
import { type Json, answersNothing, answersPageOf, answersWith, moment } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';
import { userNamed } from '../endpoint/named/user-named.js';

export const permSchema = z
  .object({ username: z.string(), role: z.enum(givenRoles), created_at: moment })
  .meta({ id: 'Perm' });

export const listPerms = forFormation({
  may: 'see',
  summary: 'List who but the owner may do something here.',
  answers: answersPageOf(permSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) => call.parts.stores.roles.pageOfFormation(call.formation.id, request),
      permJson,
    ),
});

export const givePerm = forFormation({
  may: 'share',
  summary: 'Give a user a role; it replaces the one before.',
  answers: answersWith(z.object({ username: z.string(), role: z.enum(givenRoles) })),
  body: z.strictObject({
    username: z.string(),
    role: z.enum(givenRoles, `must be one of ${givenRoles.join(', ')}`).default('collaborator'),
  }),
  audit: ({ username, role }) => ({ username, role }),
  answer: async ({ parts, user, formation, body }) => {
    const member = await userNamed(parts, user, body.username);
    await giveRole(parts.stores, formation, member, body.role);
    return ok({ username: member.username, role: body.role });
  },
});

/** One's own role may be given up by everybody. */
export const takePerm = forFormation({
  may: 'see',
  summary: 'Take a role away from a user, or give up your own.',
  answers: answersNothing,
  answer: async ({ parts, formation, user, role, param }) => {
    const name = param('username');
    if (name !== user.username && !isAllowed(role, 'share'))
      throw new Forbidden(`only admins and the owner of ${formation.name} may take others their role`);
    const target = isStorable(name) ? await parts.stores.users.byUsername(name) : undefined;
    if (target === undefined || !(await takeRole(parts.stores, formation, target)))
      throw new NotFound(`${JSON.stringify(name)} has no role in ${formation.name}`);
    return noContent;
  },
});

function permJson({ username, role, createdAt }: RoleRecord): Json<typeof permSchema> {
  return { username, role, created_at: isoTime(createdAt) };
}
