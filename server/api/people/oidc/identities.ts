import { z } from 'zod';
import { Conflict, NotFound } from '../../../../base/errors.js';
import type { IdentityRecord } from '../../../store/people/identity-store.js';
import { audited } from '../../endpoint/audited.js';
import { forUsers } from '../../endpoint/endpoint.js';
import { created, noContent, ok } from '../../endpoint/reply.js';
import { answersCreated, answersNothing, answersWith, moment, type Json } from '../../http/answers.js';
import { isoTime } from '../../http/time.js';
import { requirePassword } from '../account.js';
import { code } from '../auth.js';
import { requireBrowser } from '../require-browser.js';
import { requireCode } from '../second-step.js';
import { labelOf } from './external-user.js';
import { begin, begunAnswers, finish, providerAnswer, returnTo } from './oidc-sign-in.js';

const bodyLimit = 16 * 1024;
/** Of one user. */
const maxIdentities = 10;

const identitySchema = z
  .object({
    id: z.int(),
    issuer: z.string().describe('Of the provider.'),
    label: z.string().describe('What the provider calls the account; nothing is decided by it.'),
    created_at: moment,
    last_used_at: moment.nullable(),
  })
  .meta({ id: 'Identity' });

export const listIdentities = forUsers({
  summary: 'List the accounts of a provider of OpenID Connect that sign you in.',
  answers: answersWith(
    z.object({
      provider: z.string().nullable().describe('Whose accounts can be linked; null: no provider is set.'),
      has_password: z.boolean().describe('Whether a password signs you in, too.'),
      results: z.array(identitySchema),
    }),
  ),
  answer: async ({ parts, user }) => {
    const results = (await parts.stores.identities.ofUser(user.id)).map(identityJson);
    const provider = parts.identityProvider?.settings.name ?? null;
    return ok({ provider, has_password: user.passwordHash !== null, results });
  },
});

/** With the password, and the code: whoever has a session alone makes no way in that stays, and asks for neither. */
export const linkIdentity = forUsers({
  summary: 'Begin to link your account of the provider: it will sign you in. The answer sets a cookie.',
  answers: begunAnswers,
  body: z.strictObject({
    password: z.string().min(1).max(1024),
    code,
    return_to: returnTo,
  }),
  bodyLimit,
  answer: async ({ parts, request, user, token, body }) => {
    requireBrowser(token, 'an account of the provider is linked');
    await requirePassword(parts, request, user, body.password);
    await requireCode(parts, user.id, body.code);
    return begin(parts, request, { returnTo: body.return_to, userId: user.id });
  },
});

export const confirmIdentity = forUsers({
  summary: 'Link the account that the provider answered with, in the browser that began it.',
  answers: answersCreated(identitySchema.extend({ return_to: z.string() }).meta({ id: 'NewIdentity' })),
  body: providerAnswer,
  bodyLimit,
  answer: async ({ parts, request, user, token, body }) => {
    requireBrowser(token, 'an account of the provider is linked');
    const { found, begun } = await finish(parts, request, body.query, user.id);
    const { issuer, subject } = found;
    const { identities } = parts.stores;
    if ((await identities.ofUser(user.id)).length >= maxIdentities)
      throw new Conflict(`${maxIdentities} accounts sign you in already: take one away first`);
    const label = labelOf(await found.ask(), subject);
    // The entry of the request knows no account yet.
    return audited({ parts, request, user, target: targetOf(found) }, async () => {
      const made = await identities.insert({ userId: user.id, issuer, subject, label, lastUsedAt: null });
      return created({ ...identityJson(made), return_to: begun.returnTo });
    });
  },
});

export const removeIdentity = forUsers({
  summary:
    'Have an account of the provider sign you in no more, and sign out where it did; here you stay signed in.',
  answers: answersNothing,
  answer: async ({ parts, request, user, token, param }) => {
    const name = param('identity');
    const id = /^[1-9]\d{0,8}$/.test(name) ? Number(name) : 0;
    const { identities } = parts.stores;
    const all = await identities.ofUser(user.id);
    if (user.passwordHash === null && all.length === 1 && all[0]?.id === id)
      throw new Conflict('you have no password, and nothing else would sign you in');
    const found = all.find((each) => each.id === id);
    if (found === undefined) throw new NotFound(`no identity ${JSON.stringify(name)}`);
    return audited({ parts, request, user, target: targetOf(found) }, async () => {
      await parts.stores.transaction((inside) => inside.identities.remove(user.id, id, token));
      return noContent;
    });
  },
});

function targetOf({ issuer, subject }: Pick<IdentityRecord, 'issuer' | 'subject'>): Record<string, string> {
  return { issuer, subject: subject.slice(0, 255) };
}

function identityJson(identity: IdentityRecord): Json<typeof identitySchema> {
  return {
    id: identity.id,
    issuer: identity.issuer,
    label: identity.label,
    created_at: isoTime(identity.createdAt),
    last_used_at: isoTime(identity.lastUsedAt),
  };
}
