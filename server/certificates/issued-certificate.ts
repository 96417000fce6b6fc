import { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AuthorityKeyIdentifier, Certificate, id_ce_authorityKeyIdentifier } from '@peculiar/asn1-x509';

/** From when until when the first certificate of a PEM chain is good. */
export function validityOf(chain: string): { readonly from: Date; readonly until: Date } {
  const { validFrom, validTo } = new X509Certificate(chain);
  return { from: new Date(validFrom), until: new Date(validTo) };
}

/**
 * What a certificate authority calls the first certificate of a PEM chain when it is asked when to renew it
 * (RFC 9773, section 4.1). undefined for one that does not name the key of its issuer.
 */
export function renewalId(chain: string): string | undefined {
  const { tbsCertificate } = AsnConvert.parse(new X509Certificate(chain).raw, Certificate);
  const extension = tbsCertificate.extensions?.find(({ extnID }) => extnID === id_ce_authorityKeyIdentifier);
  if (extension === undefined) return undefined;
  const { keyIdentifier } = AsnConvert.parse(extension.extnValue.buffer, AuthorityKeyIdentifier);
  if (keyIdentifier === undefined) return undefined;
  const encoded = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64url');
  return `${encoded(keyIdentifier.buffer as ArrayBuffer)}.${encoded(tbsCertificate.serialNumber)}`;
}
