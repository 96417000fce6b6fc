import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { UserError } from '../../../base/errors.js';
import { domainForm } from '../databag/domain-name.js';

/** What a certificate says of itself. */
export interface ParsedCertificate {
  /** PEM of the chain, leaf first, without anything between. */
  readonly certificate: string;
  /** SHA-256 of the leaf, lower-case hex. */
  readonly fingerprint: string;
  /** Its DNS names, sorted; the common name where it has none. */
  readonly domains: readonly string[];
  readonly expiresAt: Date;
}

/**
 * Reads a PEM chain, leaf first, and the key that belongs to it.
 * @throws UserError naming the field, for what cannot be read, a chain out of order, a key of another
 * certificate, and one that has expired or is not valid yet
 */
export function parseCertificate(chain: string, key: string, now: Date): ParsedCertificate {
  const certificates = readChain(chain);
  const [leaf] = certificates;
  if (leaf === undefined)
    throw refusal('certificate', 'holds no PEM certificate (-----BEGIN CERTIFICATE-----)');
  if (!leaf.checkPrivateKey(readKey(key)))
    throw refusal('key', 'belongs to another certificate than the first one of the chain');
  certificates.forEach((certificate, index) => {
    const issuer = certificates[index + 1];
    if (issuer !== undefined && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)))
      throw refusal(
        'certificate',
        `is out of order: number ${index + 2} of the chain did not issue number ${index + 1}. The leaf ` +
          'comes first, each issuer after',
      );
  });
  const [from, expiresAt] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  if (expiresAt <= now) throw refusal('certificate', `expired on ${expiresAt.toISOString()}`);
  if (from > now) throw refusal('certificate', `is not valid before ${from.toISOString()}`);
  const domains = namesOf(leaf);
  if (domains.length === 0) throw refusal('certificate', 'names no domain');
  return {
    certificate: certificates.map((each) => each.toString()).join(''),
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    domains,
    expiresAt,
  };
}

function readChain(chain: string): X509Certificate[] {
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw refusal('certificate', 'holds a certificate that cannot be read', error);
  }
}

function readKey(key: string): KeyObject {
  try {
    return createPrivateKey(key);
  } catch (error) {
    // What the library says of it may quote the key.
    throw refusal(
      'key',
      /ENCRYPTED/.test(key)
        ? 'is encrypted with a passphrase: take that off first (openssl pkey)'
        : 'is not a private key in PEM form',
      error instanceof Error ? undefined : error,
    );
  }
}

function namesOf(leaf: X509Certificate): string[] {
  const alternatives = (leaf.subjectAltName ?? '')
    .split(', ')
    .filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice(4));
  const common = /^CN=(.*)$/m.exec(leaf.subject)?.[1];
  const names = alternatives.length > 0 ? alternatives : common === undefined ? [] : [common];
  return [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => domainForm.test(name)).sort();
}

function refusal(field: 'certificate' | 'key', why: string, cause?: unknown): UserError {
  return new UserError(`the ${field} ${why}`, { field, cause });
}
