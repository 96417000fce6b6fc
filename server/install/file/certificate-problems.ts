import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { messageOf } from '../../../base/errors.js';
import type { Secret } from '../../../base/secret.js';

/** Why nginx could not show these PEM files to who asks for the host of a URL; empty when it can. */
export function certificateProblems(
  { chain, key }: { readonly chain: string; readonly key: Secret },
  url: string,
  now: Date,
): string[] {
  try {
    const leaf = new X509Certificate(chain);
    const { hostname } = new URL(url);
    const isFor = isIP(hostname) === 0 ? leaf.checkHost(hostname) : leaf.checkIP(hostname);
    return [
      ...(leaf.checkPrivateKey(createPrivateKey(key.reveal()))
        ? []
        : ['proxy.tls.key is not the key of proxy.tls.certificate: expected the two of one pair']),
      ...(isFor === undefined
        ? [`proxy.tls.certificate is not for ${hostname}: expected one for the host of public_url`]
        : []),
      ...(new Date(leaf.validTo) < now ? [`proxy.tls.certificate has expired on ${leaf.validTo}`] : []),
    ];
  } catch (error) {
    return [`proxy.tls: ${messageOf(error)}: expected two PEM files, the certificate first in its file`];
  }
}
