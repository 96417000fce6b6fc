import { z } from 'zod';
import { NotFound, UserError } from '../../../base/errors.js';
import { scopes } from '../../formation/sharing/scopes.js';
import type { ListedToken, TokenRecord } from '../../store/people/token-store.js';
import { formationOf } from '../endpoint/access.js';
import { type Json, answersCreated, answersNothing, answersPageOf, moment } from '../http/answers.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { forUsers } from '../endpoint/endpoint.js';
import type { UserCall } from '../endpoint/endpoint-call.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { created, noContent } from '../endpoint/reply.js';
import { endOf, goodAt } from '../auth/browser/session.js';
import { isoTime } from '../http/time.js';
import { hashToken, newToken } from '../auth/token.js';

const dayMs = 24 * 60 * 60 * 1000;

export const tokenSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    scope: z
      .enum(scopes)
      .describe(
        '`read`: see, without config values; `deploy`: see, config, rollback and scale of one formation.',
      ),
    formation: z.string().nullable(),
    session: z.boolean().describe('Made by a login or a registration: it ends when it is not used.'),
    current: z.boolean().describe('The one that this request carries.'),
    created_at: moment,
    last_used_at: moment.nullable(),
    expires_at: moment.nullable().describe('Of a session, unless it is used before.'),
  })
  .meta({ id: 'Token' });

export const listTokens = forUsers({
  summary:
    'List your tokens that are good, sessions among them, newest first. ' +
    'The tokens themselves are stored nowhere.',
  answers: answersPageOf(tokenSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) =>
        call.parts.stores.tokens.pageOfUser(
          call.user.id,
          goodAt(call.parts.now(), call.parts.sessionMs),
          request,
        ),
      (token) => tokenJson(call, token),
    ),
});

export const createToken = forUsers({
  summary: 'Make a token, for a program as a rule.',
  answers: answersCreated(
    tokenSchema.extend({ token: z.string().describe('Shown only now.') }).meta({ id: 'NewToken' }),
  ),
  body: z.strictObject({
    name: z.string().min(1).max(100).default('token'),
    scope: z.enum(scopes).default('all'),
    formation: z.string().optional().describe('Of a deploy token.'),
    days: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .describe(
        'How long it is good: no longer than the token that makes it. Default: as long as that, or ' +
          'until it is revoked.',
      ),
  }),
  audit: ({ name, scope, formation }) => ({ name, scope, ...(formation === undefined ? {} : { formation }) }),
  answer: async (call) => {
    const { parts, user, body } = call;
    if ((body.scope === 'deploy') !== (body.formation !== undefined))
      throw new UserError('a deploy token is of one formation, and no other token is', {
        field: 'formation',
      });
    const member =
      body.formation === undefined
        ? undefined
        : await atField('formation', formationOf(parts, user, body.formation, 'deploy'));
    const text = newToken();
    const expiresAt = expiryWithin(call.token, parts.now(), body.days);
    const record = await parts.stores.tokens.insert({
      userId: user.id,
      hash: hashToken(text),
      name: body.name,
      expiresAt,
      scope: body.scope,
      formationId: member?.formation.id ?? null,
    });
    return created(
      {
        ...tokenJson(call, { ...record, formationName: member?.formation.name ?? null, passkeyName: null }),
        token: text,
      },
      `/api/tokens/${record.id}`,
    );
  },
});

/** A session, too: whoever uses it is logged out. */
export const revokeToken = forUsers({
  summary: 'Revoke one of your tokens.',
  answers: answersNothing,
  answer: async ({ parts, user, param }) => {
    const id = /^[1-9]\d{0,8}$/.test(param('token')) ? Number(param('token')) : 0;
    if (!(await parts.stores.tokens.deleteOfUser(user.id, id)))
      throw new NotFound(`no token ${JSON.stringify(param('token'))}`);
    return noContent;
  },
});

/** A token never makes one that outlasts it: else a day's leave would be one for ever. @throws UserError */
function expiryWithin(token: TokenRecord, now: Date, days: number | undefined): Date | null {
  // The user of a session is there to do it.
  const most = token.isSession ? null : token.expiresAt;
  if (days === undefined) return most;
  const expiresAt = new Date(now.getTime() + days * dayMs);
  if (most === null || expiresAt <= most) return expiresAt;
  throw new UserError(`no token outlasts the one that makes it, and this one ends at ${most.toISOString()}`, {
    field: 'days',
  });
}

function tokenJson(
  { parts, token: current }: Pick<UserCall<unknown, unknown>, 'parts' | 'token'>,
  token: ListedToken,
): Json<typeof tokenSchema> {
  return {
    id: token.id,
    name: token.name,
    scope: token.scope,
    formation: token.formationName,
    session: token.isSession,
    current: token.id === current.id,
    created_at: isoTime(token.createdAt),
    last_used_at: isoTime(token.lastUsedAt),
    expires_at: isoTime(endOf(token, parts.sessionMs)),
  };
}
