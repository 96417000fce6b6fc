import { sign, type KeyObject } from 'node:crypto';
import { publicJwk } from '../../certificates/ec-key.js';

/** Who signs: an account that the CA knows by its URL, or a key that it is to know. */
export interface Signer {
  /** EC P-256. */
  readonly key: KeyObject;
  /** Absent: the request carries the key itself. */
  readonly account?: string | undefined;
}

/** What a signature is good for: one URL, once. */
interface Destination {
  readonly url: string;
  readonly nonce: string;
}

/**
 * The body of a request to a CA: a flattened JWS by ES256 (RFC 8555, section 6.2). @param payload undefined for
 * POST-as-GET
 */
export function signedBody({ key, account }: Signer, { url, nonce }: Destination, payload?: object): string {
  const who = account === undefined ? { jwk: publicJwk(key) } : { kid: account };
  const encoded = {
    protected: base64url(JSON.stringify({ alg: 'ES256', nonce, url, ...who })),
    payload: payload === undefined ? '' : base64url(JSON.stringify(payload)),
  };
  const signature = sign('sha256', Buffer.from(`${encoded.protected}.${encoded.payload}`), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return JSON.stringify({ ...encoded, signature: signature.toString('base64url') });
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
