import { z } from 'zod';
import { Conflict, UserError } from '../../../base/errors.js';
import type { TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { answersNothing, answersWith } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { addressOf, newPassword } from './auth.js';
import { forUsers } from '../endpoint/endpoint.js';
import { hashPassword, isPassword } from '../auth/password.js';
import { noContent, ok } from '../endpoint/reply.js';
import { hashToken, newToken } from '../auth/token.js';
import type { Request } from 'express';

const bodyLimit = 16 * 1024;
/** Formations that an error names. */
const maxNamed = 10;
/** Of accounts that a sign-in with a provider made. */
const noPassword = 'your account has no password: set one in the dashboard first, below your name';
/** A sign-in counts as one for so long. */
const freshMinutes = 10;
const password = z.string().min(1).max(1024);

/** Every other token ends: whoever else had the old password is out. */
export const changePassword = forUsers({
  summary: 'Change your password; all your other tokens are revoked. Set one where you have none.',
  answers: answersNothing,
  body: z.strictObject({
    password: password.optional().describe('The present one; left out where you have none.'),
    new_password: newPassword,
  }),
  bodyLimit,
  answer: async ({ parts, request, user, token, body }) => {
    const isFirst = user.passwordHash === null;
    if (isFirst) requireFreshSignIn(parts, token);
    else await requirePassword(parts, request, user, body.password ?? '');
    const hash = await hashPassword(body.new_password);
    await parts.stores.transaction(async (stores) => {
      await stores.users.setPassword(user.id, hash);
      if (!isFirst) await stores.tokens.deleteOthers(user.id, token.id);
    });
    return noContent;
  },
});

export const regenerateToken = forUsers({
  summary: 'Get a new token in the place of the one that the request carries; with `all`, of all of yours.',
  answers: answersWith(z.object({ token: z.string().describe('Shown only now.') })),
  body: z.strictObject({ all: z.boolean().default(false) }),
  answer: async ({ parts, user, token, body }) => {
    if (token.isBrowser)
      throw new Conflict(
        'a browser has a session and no token: make one by POST /api/tokens, or sign in again',
      );
    const text = newToken();
    await parts.stores.transaction(async (stores) => {
      await stores.tokens.setHash(token.id, hashToken(text));
      if (body.all) await stores.tokens.deleteOthers(user.id, token.id);
    });
    return ok({ token: text });
  },
});

/** With its keys, tokens, providers and flavors. */
export const cancelAccount = forUsers({
  summary: 'Delete your account. Refused while you own formations, or are the last admin.',
  answers: answersNothing,
  body: z.strictObject({ password }),
  bodyLimit,
  answer: async ({ parts, request, user, body }) => {
    await requirePassword(parts, request, user, body.password);
    const owned = await parts.stores.memberships.ownedNames(user.id, maxNamed);
    if (owned.length > 0) throw new Conflict(`you own ${owned.join(', ')}: destroy or transfer first`);
    await parts.stores.users.delete(user.id);
    return noContent;
  },
});

/** @throws UserError for a wrong one, Conflict where there is none, HttpError 429 after too many tries */
export async function requirePassword(
  parts: AppParts,
  request: Request,
  user: UserRecord,
  given: string,
): Promise<void> {
  if (user.passwordHash === null) throw new Conflict(noPassword);
  await parts.authLimits.countLogin(addressOf(request), user.username);
  if (!(await isPassword(given, user.passwordHash)))
    throw new UserError('that is not your password', { field: 'password' });
  await parts.authLimits.forgiveLogin(addressOf(request), user.username);
}

/** Of users without a password: an older session may be in other hands. @throws Conflict */
function requireFreshSignIn({ now }: Pick<AppParts, 'now'>, { isBrowser, createdAt }: TokenRecord): void {
  if (isBrowser && now().getTime() - createdAt.getTime() < freshMinutes * 60_000) return;
  throw new Conflict(
    'you have no password yet: sign in to the dashboard again, and set one there, below your name, within ' +
      `${freshMinutes} minutes`,
  );
}
