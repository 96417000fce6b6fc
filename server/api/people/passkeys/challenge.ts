import { Conflict } from '../../../../base/errors.js';
import type { PasskeyChallenge } from '../../../store/people/passkey-challenge-store.js';
import { BrowserCookie } from '../../auth/browser/browser-cookie.js';
import { challengeMs } from '../../auth/passkey/ceremonies.js';
import { passkeyPlace, type PasskeyPlace } from '../../auth/passkey/passkey-place.js';
import { hashToken, newToken } from '../../auth/token.js';
import type { Reply } from '../../endpoint/endpoint.js';
import type { OpenCall } from '../../endpoint/endpoint-call.js';

/** By it a browser is known that was given a challenge: another one cannot answer that. */
const challengeCookie = new BrowserCookie('deis-passkey');

type Call = Pick<OpenCall<unknown, unknown>, 'parts' | 'request'>;

/** @throws Conflict where browsers have no passkeys */
export function requirePlace({ parts, request }: Call): PasskeyPlace {
  const place = passkeyPlace(parts.reached, request.socket);
  if (place !== undefined) return place;
  throw new Conflict(
    'passkeys need HTTPS and a name, and the address of this controller has not both: an operator sets ' +
      'DEIS_TLS_DOMAIN, or DEIS_PUBLIC_URL, e.g. https://deis.example.com',
  );
}

/** The answer that has a browser sign something, which it can do once, and no other browser for it. */
export async function askToSign(
  { parts, request }: Call,
  options: { readonly challenge: string },
  made: PasskeyChallenge['made'] = null,
): Promise<Reply> {
  const browser = newToken();
  const now = parts.now();
  const expiresAt = new Date(now.getTime() + challengeMs);
  const { challenge } = options;
  await parts.stores.transaction((stores) =>
    stores.passkeyChallenges.insert(hashToken(browser), { challenge, made }, { now, expiresAt }),
  );
  return {
    status: 200,
    body: { options },
    headers: challengeCookie.give(request, browser, { maxAge: challengeMs / 1000 }),
  };
}

/** What this browser was asked to sign, of a user or for a sign-in; it is good no more then. */
export async function takeChallenge(
  { parts, request }: Call,
  userId: number | null,
): Promise<PasskeyChallenge | undefined> {
  const browser = challengeCookie.read(request);
  if (browser === undefined) return undefined;
  return parts.stores.passkeyChallenges.take(hashToken(browser), userId, parts.now());
}
