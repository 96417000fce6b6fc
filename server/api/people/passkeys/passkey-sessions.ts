import { z } from 'zod';
import type { PasskeyRecord } from '../../../store/people/passkey-store.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import { requireOwnPage } from '../../auth/browser/own-page.js';
import { requestOptions, signedCounter } from '../../auth/passkey/ceremonies.js';
import { assertion, bodyLimit, options } from '../../auth/passkey/credentials.js';
import type { AppParts } from '../../endpoint/app-parts.js';
import { audited } from '../../endpoint/audited.js';
import { forAnybody } from '../../endpoint/endpoint.js';
import { answersCreated, answersWith } from '../../http/answers.js';
import { HttpError } from '../../http/http-error.js';
import { addressOf } from '../auth.js';
import { createSession, newSessionSchema, openSession } from '../sessions.js';
import { askToSign, requirePlace, takeChallenge } from './challenge.js';

export const beginPasskeySession = forAnybody({
  summary: 'Have a browser sign in by a passkey, of whomever it is.',
  answers: answersWith(options),
  headers: createSession.headers,
  answer: async (call) => {
    requireOwnPage(call.request, true);
    await call.parts.authLimits.countAddress(addressOf(call.request));
    return askToSign(call, await requestOptions(requirePlace(call)));
  },
});

/** It asks for no code: a passkey is something that one has, and it asks for the finger or the PIN. */
export const createPasskeySession = forAnybody({
  summary: 'Sign a browser in by what its passkey has signed: the answer sets a cookie.',
  answers: answersCreated(newSessionSchema),
  headers: createSession.headers,
  body: z.strictObject({ credential: assertion }),
  bodyLimit,
  answer: async (call) => {
    const { parts, request, body } = call;
    requireOwnPage(request, true);
    const address = addressOf(request);
    await parts.authLimits.countAddress(address);
    const place = requirePlace(call);
    const asked = await takeChallenge(call, null);
    if (asked === undefined)
      throw new HttpError(401, 'this browser was asked for no passkey, or too long ago: begin again');
    const { passkey, user } = await ownerOf(parts, body.credential.id);
    const known = { id: user?.id ?? null, username: user?.username ?? '' };
    const target = passkey === undefined ? {} : { passkey: passkey.name };
    return audited({ parts, request, user: known, target }, async () => {
      if (passkey === undefined || user === undefined) throw refusal();
      await parts.authLimits.countLogin(address, user.username);
      const counter = await signedCounter(place, asked.challenge, passkey, body.credential);
      if (counter === undefined || !(await parts.stores.passkeys.use(passkey.id, counter, parts.now())))
        throw refusal();
      await parts.authLimits.forgiveLogin(address, user.username);
      return openSession(call, user, { passkey });
    });
  },
});

async function ownerOf(
  { stores }: AppParts,
  credentialId: string,
): Promise<{ readonly passkey?: PasskeyRecord; readonly user?: UserRecord }> {
  const passkey = await stores.passkeys.byCredential(credentialId);
  if (passkey === undefined) return {};
  const user = await stores.users.byId(passkey.userId);
  return { passkey, ...(user === undefined ? {} : { user }) };
}

/** The same whoever it is: whether somebody has such a passkey is nobody's business. */
function refusal(): HttpError {
  return new HttpError(401, 'that passkey belongs to no account here');
}
