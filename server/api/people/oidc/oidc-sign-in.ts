import type { Request } from 'express';
import { z } from 'zod';
import { NotFound } from '../../../../base/errors.js';
import {
  endOfSignIn,
  fragment,
  keepCookie,
  readBegun,
  type BegunSignIn,
} from '../../auth/oidc/begun-sign-in.js';
import type { Found, IdentityProvider } from '../../auth/oidc/identity-provider.js';
import { requireOwnPage } from '../../auth/browser/own-page.js';
import { hashToken } from '../../auth/token.js';
import type { AppParts } from '../../endpoint/app-parts.js';
import { audited } from '../../endpoint/audited.js';
import { forAnybody, type Reply } from '../../endpoint/endpoint.js';
import { answersCreated, answersWith } from '../../http/answers.js';
import { HttpError } from '../../http/http-error.js';
import { addressOf } from '../auth.js';
import { makeExternalUser, newcomer } from './external-user.js';
import { newSessionSchema, openSession } from '../sessions.js';

const bodyLimit = 16 * 1024;
const ownPage = { 'X-Deis-CSRF': '`1`: no page of others can send it.' };

export const begunAnswers = answersWith(
  z
    .object({ url: z.string().describe("The provider's: the browser goes there.") })
    .meta({ id: 'BegunSignIn' }),
);
export const returnTo = fragment
  .default('')
  .describe('The place in the dashboard where the browser goes afterwards, e.g. `#/formations/shop`.');
/** What an answer of the provider is given back by. */
export const providerAnswer = z.strictObject({
  query: z.string().max(8192).describe('Of the address to which the provider sent the browser.'),
});

export const beginOidc = forAnybody({
  summary: "Begin a sign-in with the operator's provider of OpenID Connect: the answer sets a cookie.",
  answers: begunAnswers,
  body: z.strictObject({ return_to: returnTo }),
  bodyLimit,
  headers: ownPage,
  answer: async ({ parts, request, body }) => {
    requireOwnPage(request, true);
    await parts.authLimits.countAddress(addressOf(request));
    return begin(parts, request, { returnTo: body.return_to, userId: null });
  },
});

export const finishOidc = forAnybody({
  summary: 'Sign a browser in with what the provider answered: the answer sets a cookie.',
  answers: answersCreated(newSessionSchema.extend({ return_to: z.string() }).meta({ id: 'ExternalSession' })),
  body: providerAnswer,
  bodyLimit,
  headers: ownPage,
  answer: async (call) => {
    const { parts, request, body } = call;
    requireOwnPage(request, true);
    await parts.authLimits.countAddress(addressOf(request));
    const { found, begun } = await finish(parts, request, body.query, null);
    const { status, body: session, headers } = await signIn(call, found);
    return { status, body: { ...session, return_to: begun.returnTo }, headers: { ...headers } };
  },
});

/** Whoever is linked to them, or a new user. The entry in the audit log says who, also of who may not come. */
async function signIn(call: { parts: AppParts; request: Request }, found: Found) {
  const { parts, request } = call;
  const { issuer, subject } = found;
  const known = await parts.stores.identities.userOf(issuer, subject);
  const target = { issuer, subject: subject.slice(0, 255) };
  if (known !== undefined)
    return audited({ parts, request, user: known, target }, async () => {
      const identityId = await parts.stores.identities.touch(issuer, subject, parts.now());
      if (identityId === undefined)
        throw new HttpError(409, 'that account was unlinked just now: begin again');
      return openSession(call, known, { identityId });
    });
  const stranger = { id: null, username: '' };
  const provider = providerOf(parts);
  const nobody = { parts, request, user: stranger, target };
  const come = await newcomer(parts, provider, found).catch((refusal: Error) =>
    audited(nobody, () => Promise.reject<never>(refusal)),
  );
  const user = { id: null, username: come.username };
  return audited({ parts, request, user, target: { ...target, new: true } }, async () => {
    const { user: made, identityId } = await makeExternalUser(parts, come);
    return openSession(call, made, { identityId });
  });
}

/** Sends the browser to the provider, and has it keep what it comes back with. @throws NotFound, HttpError 502 */
export async function begin(
  parts: AppParts,
  request: Request,
  who: Pick<BegunSignIn, 'returnTo' | 'userId'>,
): Promise<Reply> {
  const provider = providerOf(parts);
  const secrets = provider.secrets(who.userId === null ? 'sign-in' : 'link');
  const url = await provider.addressOf(secrets);
  const begun = { ...secrets, ...who, endsAt: endOfSignIn(parts.now()) };
  return { status: 200, body: { url }, headers: keepCookie(request, parts.stores.identities, begun) };
}

/**
 * Who came back from the provider, to the browser that went there, once. @param userId of who links it; null: somebody
 * signs in. @throws HttpError 400, 502; Forbidden when the provider refused
 */
export async function finish(
  parts: AppParts,
  request: Request,
  query: string,
  userId: number | null,
): Promise<{ readonly found: Found; readonly begun: BegunSignIn }> {
  const provider = providerOf(parts);
  const { identities } = parts.stores;
  const begun = readBegun(request, identities, parts.now());
  if (begun.userId !== userId || new URLSearchParams(query).get('state') !== begun.state)
    throw new HttpError(400, 'this answer of the provider is of another sign-in: begin again');
  const found = await provider.finish(query, begun);
  // A code is good once at the provider, too, if it keeps the rules.
  if (!(await identities.useState(hashToken(begun.state), new Date(begun.endsAt), parts.now())))
    throw new HttpError(400, 'this sign-in was finished before: begin again');
  return { found, begun };
}

/** @throws NotFound */
export function providerOf({ identityProvider }: Pick<AppParts, 'identityProvider'>): IdentityProvider {
  if (identityProvider === null)
    throw new NotFound('there is no sign-in with OpenID Connect here: the operator sets DEIS_OIDC_ISSUER');
  return identityProvider;
}
