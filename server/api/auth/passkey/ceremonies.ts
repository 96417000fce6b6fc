import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import type { z } from 'zod';
import type { PasskeyRecord } from '../../../store/people/passkey-store.js';
import type { assertion, attestation } from './credentials.js';
import type { PasskeyPlace } from './passkey-place.js';

/** Milliseconds in which a challenge has to be answered. */
export const challengeMs = 5 * 60 * 1000;

/** Those that every Node.js verifies, whichever comes next: EdDSA, ES256 and RS256 (RFC 9053, RFC 8812). */
const supportedAlgorithmIDs = [-8, -7, -257];

/** Loaded with the first passkey: it takes a tenth of a controller's start. */
const library = () => import('@simplewebauthn/server');
const helpers = () => import('@simplewebauthn/server/helpers');

type Made = Pick<PasskeyRecord, 'credentialId' | 'publicKey' | 'counter' | 'transports'>;

/** Who is to have a passkey, and which ones they have: an authenticator makes no second one beside those. */
interface Owner {
  readonly username: string;
  /** Names the account to authenticators, base64url: random, so that it tells nobody who it is. */
  readonly handle: string;
  readonly passkeys: readonly Pick<PasskeyRecord, 'credentialId' | 'transports'>[];
}

/** What a browser makes a passkey from: one that needs no username, and asks for the finger or the PIN each time. */
export async function creationOptions(
  { domain }: PasskeyPlace,
  { username, handle, passkeys }: Owner,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const [{ generateRegistrationOptions }, { isoBase64URL }] = await Promise.all([library(), helpers()]);
  return generateRegistrationOptions({
    rpName: `Deis ${domain}`,
    rpID: domain,
    userName: username,
    userID: isoBase64URL.toBuffer(handle),
    timeout: challengeMs,
    attestationType: 'none',
    supportedAlgorithmIDs,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: passkeys.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
  });
}

/** The passkey that a browser has made for this challenge; undefined for anything else. */
export async function madePasskey(
  { origin, domain }: PasskeyPlace,
  challenge: string,
  response: z.output<typeof attestation>,
): Promise<Made | undefined> {
  // What it says may quote the challenge, and is for nobody's eyes.
  const { registrationInfo } = await verifyMade().catch(() => ({ registrationInfo: undefined }));
  if (registrationInfo === undefined) return undefined;
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
  return { credentialId: id, publicKey: Buffer.from(publicKey), counter, transports };

  async function verifyMade() {
    if (await hasCertificates(response.response.attestationObject))
      throw new Error('nobody asked for certificates');
    const { verifyRegistrationResponse } = await library();
    return verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: domain,
      requireUserVerification: true,
      supportedAlgorithmIDs,
    });
  }
}

/** To verify them, the library would ask addresses that they name. Browsers leave them out, as they are told to. */
async function hasCertificates(attestationObject: string): Promise<boolean> {
  const { decodeAttestationObject, isoBase64URL } = await helpers();
  const statement = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get('attStmt');
  return statement.get('x5c') !== undefined;
}

/** What a browser signs in from, by whichever passkey of this place it has. */
export async function requestOptions({
  domain,
}: PasskeyPlace): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({ rpID: domain, userVerification: 'required', timeout: challengeMs });
}

/** The passkey's new counter when it has signed this challenge; undefined when not, or when it counts backwards. */
export async function signedCounter(
  { origin, domain }: PasskeyPlace,
  challenge: string,
  { credentialId, publicKey, counter, userHandle }: PasskeyRecord,
  response: z.output<typeof assertion>,
): Promise<number | undefined> {
  if (response.response.userHandle !== userHandle) return undefined;
  const { verifyAuthenticationResponse } = await library();
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: domain,
    credential: { id: credentialId, publicKey: new Uint8Array(publicKey), counter },
    requireUserVerification: true,
  }).catch(() => undefined);
  return verified?.verified === true ? verified.authenticationInfo.newCounter : undefined;
}
