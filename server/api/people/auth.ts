import type { Request } from 'express';
import { z } from 'zod';
import type { UserRecord } from '../../store/people/user-store.js';
import { type Json, answersCreated, answersNothing, answersWith } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { audited } from '../endpoint/audited.js';
import { forAnybody, forUsers, type Reply } from '../endpoint/endpoint.js';
import type { OpenCall } from '../endpoint/endpoint-call.js';
import { HttpError } from '../http/http-error.js';
import { username } from '../http/input/names.js';
import { registerUser } from './register-user.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { isoTime } from '../http/time.js';
import { requireSecondStep } from './second-step.js';
import { sessionCookie } from '../auth/browser/session-cookie.js';
import { hashToken, newToken } from '../auth/token.js';
import { tokenSchema } from './tokens.js';

const bodyLimit = 16 * 1024;
/** What a password must be from now on. */
export const newPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(1024, 'must have at most 1024 characters');

export const userSchema = z
  .object({ username: z.string(), email: z.string(), is_admin: z.boolean() })
  .meta({ id: 'User' });
const token = z.string().describe('For the header `Authorization: token TOKEN`. Shown only now.');

export const register = forAnybody({
  summary: 'Make an account. The first one is admin; later ones need a code.',
  answers: answersCreated(userSchema.extend({ token })),
  body: z.strictObject({
    username,
    password: newPassword,
    email: z.email('is not a valid e-mail address: expected e.g. ada@example.com').max(254),
    code: z.string().max(200).optional(),
  }),
  bodyLimit,
  answer: async ({ parts, request, body }) => {
    await parts.authLimits.countAddress(addressOf(request));
    return audited({ parts, request, user: { id: null, username: body.username }, target: {} }, async () => {
      const user = await registerUser(parts, body);
      return created({ ...userJson(user), token: await giveToken(parts, user, 'register') });
    });
  },
});

/** Of a code of an authenticator app, or a recovery code. */
export const maxCodeLength = 64;

/** Beside a password. */
export const code = z
  .string()
  .min(1)
  .max(maxCodeLength)
  .optional()
  .describe('Of your authenticator app, or a recovery code, where you have set one up.');

/** What a sign-in takes. */
export const credentials = {
  body: z.strictObject({
    username: z.string().min(1).max(200),
    password: z.string().min(1).max(1024),
    code,
  }),
  bodyLimit,
};

export const login = forAnybody({
  summary: 'Get a token.',
  answers: answersWith(z.object({ token, username: z.string() })),
  ...credentials,
  answer: (call) =>
    withPassword(call, async (user) =>
      ok({ token: await giveToken(call.parts, user, 'login'), username: user.username }),
    ),
});

/**
 * What is for the user of the body's name and password, with an entry in the audit log. @throws HttpError 401 when they
 * are wrong, or a code is needed, 429 after too many tries
 */
export async function withPassword(
  {
    parts,
    request,
    response,
    body,
  }: OpenCall<{ readonly username: string; readonly code?: string | undefined }, unknown>,
  give: (user: UserRecord) => Promise<Reply>,
): Promise<Reply> {
  const address = addressOf(request);
  await parts.authLimits.countAddress(address);
  await parts.authLimits.countLogin(address, body.username);
  const known = await parts.stores.users.byUsername(body.username);
  // A name that is nobody's may be a password in the wrong field.
  return audited(
    { parts, request, user: { id: known?.id ?? null, username: known?.username ?? '' }, target: {} },
    async () => {
      const user = await parts.authenticator.byPassword(request, response);
      if (user === undefined) throw new HttpError(401, 'wrong username or password');
      await requireSecondStep(parts, user, body.code);
      await parts.authLimits.forgiveLogin(address, body.username);
      return give(user);
    },
  );
}

/** Revokes the token that the request itself carries. */
export const logout = forUsers({
  anyScope: true,
  summary: 'Revoke the token that the request carries.',
  answers: answersNothing,
  answer: async ({ parts, request, user, token: { id, isBrowser } }) => {
    await parts.stores.tokens.deleteOfUser(user.id, id);
    return isBrowser ? { ...noContent, headers: sessionCookie.forget(request) } : noContent;
  },
});

export const whoami = forUsers({
  anyScope: true,
  summary: 'Show whose token this is, and what it may do.',
  answers: answersWith(
    userSchema.extend({
      token: tokenSchema.pick({ name: true, scope: true, formation: true, expires_at: true }),
    }),
  ),
  answer: async ({ parts, user, token }) => {
    const formation =
      token.formationId === null ? undefined : await parts.stores.formations.byId(token.formationId);
    return ok({
      ...userJson(user),
      token: {
        name: token.name,
        scope: token.scope,
        formation: formation?.name ?? null,
        expires_at: isoTime(token.expiresAt),
      },
    });
  },
});

export function userJson(user: UserRecord): Json<typeof userSchema> {
  return { username: user.username, email: user.email, is_admin: user.isAdmin };
}

async function giveToken(parts: AppParts, user: UserRecord, name: string): Promise<string> {
  const token = newToken();
  const session = { isSession: true, lastUsedAt: parts.now(), expiresAt: null };
  await parts.stores.tokens.insert({ userId: user.id, hash: hashToken(token), name, ...session });
  return token;
}

/** The client's address, for limits. */
export function addressOf(request: Request): string {
  return request.ip ?? 'unknown';
}
