import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import type { PasskeyRecord } from '../../store/people/passkey-store.js';
import type { ListedToken, TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { endOf, endOfBrowserSession, goodAt } from '../auth/browser/session.js';
import { sessionCookie } from '../auth/browser/session-cookie.js';
import { requireOwnPage } from '../auth/browser/own-page.js';
import { hashToken, newToken } from '../auth/token.js';
import { forAnybody, forUsers, type Reply } from '../endpoint/endpoint.js';
import type { OpenCall, UserCall } from '../endpoint/endpoint-call.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { type Json, answersCreated, answersNothing, answersPageOf, moment } from '../http/answers.js';
import { isoTime } from '../http/time.js';
import { credentials, userJson, userSchema, withPassword } from './auth.js';

/** Of one user; the one that was not used for longest ends when there would be more. */
const maxSessions = 20;
const maxNameLength = 200;

export const sessionSchema = z
  .object({
    id: z.int(),
    browser: z.string().describe('What the browser says that it is.'),
    current: z.boolean().describe('The one that this request comes with.'),
    passkey: z.string().nullable().describe('The one that signed it in; null: none did.'),
    created_at: moment,
    last_used_at: moment.nullable(),
    expires_at: moment.describe('Unless it is used before; 14 days after the sign-in at the latest.'),
  })
  .meta({ id: 'Session' });

export const newSessionSchema = sessionSchema.extend({ user: userSchema }).meta({ id: 'NewSession' });

export const createSession = forAnybody({
  summary: 'Sign a browser in: the answer sets a cookie.',
  answers: answersCreated(newSessionSchema),
  ...credentials,
  headers: { 'X-Deis-CSRF': '`1`: this, and each change that comes with the cookie, needs it.' },
  answer: async (call) => {
    requireOwnPage(call.request, true);
    return withPassword(call, (user) => openSession(call, user));
  },
});

/** By what somebody signed in, where it was no password; removing that ends the session. */
interface BegunBy {
  readonly passkey?: Pick<PasskeyRecord, 'id' | 'name'>;
  /** Of an account of a provider. */
  readonly identityId?: number;
}

/** Signs the browser in: whoever it is has shown that they are this user. */
export async function openSession(
  { parts, request }: Pick<OpenCall<unknown, unknown>, 'parts' | 'request'>,
  user: UserRecord,
  { passkey, identityId }: BegunBy = {},
): Promise<Reply & { readonly body: Json<typeof newSessionSchema> }> {
  const text = newToken();
  const expiresAt = endOfBrowserSession(parts.now());
  const made = await parts.stores.transaction(async ({ tokens }) => {
    const session = await tokens.insert({
      userId: user.id,
      hash: hashToken(text),
      name: (request.headers['user-agent'] ?? 'unknown').slice(0, maxNameLength),
      isSession: true,
      isBrowser: true,
      lastUsedAt: parts.now(),
      expiresAt,
      passkeyId: passkey?.id ?? null,
      identityId: identityId ?? null,
    });
    await tokens.keepUsedSessions(user.id, maxSessions);
    return session;
  });
  const session = { ...made, passkeyName: passkey?.name ?? null };
  return {
    status: 201,
    body: { ...sessionJson({ parts, token: made }, session), user: userJson(user) },
    headers: {
      ...sessionCookie.give(request, text, { expires: expiresAt }),
      Location: `/api/sessions/${made.id}`,
    },
  };
}

export const listSessions = forUsers({
  summary: 'List the browsers where you are signed in, newest first.',
  answers: answersPageOf(sessionSchema),
  query: pageQuery,
  answer: async (call) => {
    const { parts, user } = call;
    const good = goodAt(parts.now(), parts.sessionMs);
    return plainPage(
      call,
      (request) => parts.stores.tokens.pageOfUser(user.id, good, request, { isBrowser: true }),
      (session) => sessionJson(call, session),
    );
  },
});

export const endSession = forUsers({
  summary: 'Sign one of your browsers out; `current` names the one that asks.',
  answers: answersNothing,
  answer: async ({ parts, request, user, token, param }) => {
    const name = param('session');
    const id = name === 'current' ? token.id : /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
    const isCurrent = id === token.id;
    if (
      (isCurrent && !token.isBrowser) ||
      !(await parts.stores.tokens.deleteOfUser(user.id, id, { isBrowser: true }))
    )
      throw new NotFound(`no session ${JSON.stringify(name)}`);
    return { status: 204, ...(isCurrent ? { headers: sessionCookie.forget(request) } : {}) };
  },
});

function sessionJson(
  { parts, token: current }: Pick<UserCall<unknown, unknown>, 'parts' | 'token'>,
  session: TokenRecord & Pick<ListedToken, 'passkeyName'>,
): Json<typeof sessionSchema> {
  return {
    id: session.id,
    browser: session.name,
    current: session.id === current.id,
    passkey: session.passkeyName,
    created_at: isoTime(session.createdAt),
    last_used_at: isoTime(session.lastUsedAt),
    expires_at: isoTime(endOf(session, parts.sessionMs) ?? session.createdAt),
  };
}
