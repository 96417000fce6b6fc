import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { Secret } from '../../base/secret.js';
import type { KeyPair } from './key-pair.js';

/** What every token of ours says that the registry checks. */
export const tokenIssuer = 'deis-controller';
export const tokenService = 'deis-registry';

export type RegistryAction = 'pull' | 'push' | 'delete';

export interface TokenRequest {
  /** Who has it, for the registry's log: a node, a build. */
  readonly subject: string;
  /** The only repository that it is good for. */
  readonly repository: string;
  readonly actions: readonly RegistryAction[];
  readonly lifetimeSeconds: number;
}

/** Clocks of the controller and of the registry's host may differ by this. */
const leewaySeconds = 60;

/**
 * A token in the form of the Docker registry's token authentication (a JWT signed with ES256, its certificate
 * beside it): good for one repository, until it expires.
 * @param id no other token has it
 */
export function registryToken(signer: KeyPair, request: TokenRequest, now: Date, id: string): Secret {
  const seconds = Math.floor(now.getTime() / 1000);
  const certificate = new X509Certificate(signer.certificate).raw.toString('base64');
  const head = encode({ typ: 'JWT', alg: 'ES256', x5c: [certificate] });
  const claims = encode({
    iss: tokenIssuer,
    aud: tokenService,
    sub: request.subject,
    iat: seconds,
    nbf: seconds - leewaySeconds,
    exp: seconds + request.lifetimeSeconds,
    jti: id,
    access: [{ type: 'repository', name: request.repository, actions: request.actions }],
  });
  const signature = sign('sha256', Buffer.from(`${head}.${claims}`), {
    key: createPrivateKey(signer.key.reveal()),
    dsaEncoding: 'ieee-p1363',
  });
  return new Secret(`${head}.${claims}.${signature.toString('base64url')}`);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
