import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { Secret } from '../../base/secret.js';

/** A new EC P-256 private key, PEM (PKCS #8). */
export function newEcKey(): Secret {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
}

/** The public half of an EC P-256 key as a JWK, members in the order of RFC 7638. */
export function publicJwk(key: KeyObject): { crv: string; kty: string; x: string; y: string } {
  const { crv = '', kty = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { crv, kty, x, y };
}

/** The JWK thumbprint of a private key in PEM form (RFC 7638, SHA-256, base64url). Not a secret. */
export function thumbprintOf(key: Secret): string {
  const jwk = publicJwk(createPrivateKey(key.reveal()));
  return createHash('sha256').update(JSON.stringify(jwk)).digest('base64url');
}
