import { z } from 'zod';
import { NotFound, UserError } from '../../cookbooks/errors.js';
import { scopes } from '../formation/scopes.js';
import type { ListedToken } from '../store/token-store.js';
import { formationOf } from './access.js';
import { type Json, answersCreated, answersNothing, answersPageOf, moment } from './answers.js';
import { atField } from './at-field.js';
import { forUsers } from './endpoint.js';
import { pageQuery, plainPage } from './page.js';
import { created, noContent } from './reply.js';
import { isoTime } from './time.js';
import { hashToken, newToken } from './token.js';

const dayMs = 24 * 60 * 60 * 1000;

export const tokenSchema = z
  .object({
    id: z.int(),
    name: z.string().describe('`login` and `register` are sessions of the client.'),
    scope: z.enum(scopes).describe('`read`: see, without config values; `deploy`: see, config, rollback and scale of one formation.'),
    formation: z.string().nullable(),
    current: z.boolean().describe('The one that this request carries.'),
    created_at: moment,
    last_used_at: moment.nullable(),
    expires_at: moment.nullable(),
  })
  .meta({ id: 'Token' });

export const listTokens = forUsers({
  summary: 'List your tokens that are good, sessions among them, newest first. The tokens themselves are stored nowhere.',
  answers: answersPageOf(tokenSchema),
  query: pageQuery,
  answer: async (call) => plainPage(call, (request) => call.parts.stores.tokens.pageOfUser(call.user.id, call.parts.now(), request), (token) => tokenJson(token, call.token.id)),
});

export const createToken = forUsers({
  summary: 'Make a token, for a program as a rule.',
  answers: answersCreated(tokenSchema.extend({ token: z.string().describe('Shown only now.') }).meta({ id: 'NewToken' })),
  body: z.strictObject({
    name: z.string().min(1).max(100).default('token'),
    scope: z.enum(scopes).default('all'),
    formation: z.string().optional().describe('Of a deploy token.'),
    days: z.int().min(1).max(3650).optional().describe('How long it is good. Default: until it is revoked.'),
  }),
  audit: ({ name, scope, formation }) => ({ name, scope, ...(formation === undefined ? {} : { formation }) }),
  answer: async ({ parts, user, token: current, body }) => {
    if ((body.scope === 'deploy') !== (body.formation !== undefined)) throw new UserError('a deploy token is of one formation, and no other token is', { field: 'formation' });
    const member = body.formation === undefined ? undefined : await atField('formation', formationOf(parts, user, body.formation, 'deploy'));
    const text = newToken();
    const expiresAt = body.days === undefined ? null : new Date(parts.now().getTime() + body.days * dayMs);
    const record = await parts.stores.tokens.insert({ userId: user.id, hash: hashToken(text), name: body.name, expiresAt, scope: body.scope, formationId: member?.formation.id ?? null });
    return created({ ...tokenJson({ ...record, formationName: member?.formation.name ?? null }, current.id), token: text }, `/api/tokens/${record.id}`);
  },
});

/** A session, too: whoever uses it is logged out. */
export const revokeToken = forUsers({
  summary: 'Revoke one of your tokens.',
  answers: answersNothing,
  answer: async ({ parts, user, param }) => {
    const id = /^[1-9]\d{0,8}$/.test(param('token')) ? Number(param('token')) : 0;
    if (!(await parts.stores.tokens.deleteOfUser(user.id, id))) throw new NotFound(`no token ${JSON.stringify(param('token'))}`);
    return noContent;
  },
});

function tokenJson(token: ListedToken, current: number): Json<typeof tokenSchema> {
  return {
    id: token.id,
    name: token.name,
    scope: token.scope,
    formation: token.formationName,
    current: token.id === current,
    created_at: isoTime(token.createdAt),
    last_used_at: isoTime(token.lastUsedAt),
    expires_at: isoTime(token.expiresAt),
  };
}
