import { z } from 'zod';
import { NotFound, UnknownName } from '../../../base/errors.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { answersNothing, answersPageOf, answersWith } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { userJson, userSchema } from './auth.js';
import { forAdmins } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';

export const listAdmins = forAdmins({
  summary: 'List the platform admins.',
  answers: answersPageOf(userSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.users.page(request, { isAdmin: true }), userJson),
});

export const addAdmin = forAdmins({
  summary: 'Make a user a platform admin.',
  answers: answersWith(userSchema),
  body: z.strictObject({ username: z.string() }),
  audit: ({ username }) => ({ username }),
  answer: async ({ parts, body }) => {
    const changed = await setAdmin(parts, body.username, true);
    if (changed === undefined)
      throw new UnknownName(`there is no user ${JSON.stringify(body.username)}`, { field: 'username' });
    return ok(userJson(changed));
  },
});

/** @throws Conflict for the last one */
export const removeAdmin = forAdmins({
  summary: 'Make a platform admin an ordinary user. The last one stays.',
  answers: answersNothing,
  answer: async ({ parts, param }) => {
    if ((await setAdmin(parts, param('username'), false)) === undefined)
      throw new NotFound(`no user ${JSON.stringify(param('username'))}`);
    return noContent;
  },
});

async function setAdmin(
  parts: AppParts,
  username: string,
  isAdmin: boolean,
): Promise<UserRecord | undefined> {
  return isStorable(username) ? parts.stores.users.setAdmin(username, isAdmin) : undefined;
}
