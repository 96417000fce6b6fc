import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, Attribute, Extensions, Name, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import type { Secret } from '../../base/secret.js';
import { namesExtension } from './extensions.js';

const extensionRequest = '1.2.840.113549.1.9.14';
/** ecdsa-with-SHA256 */
export const ecdsaWithSha256 = '1.2.840.10045.4.3.2';

/**
 * A certificate signing request for DNS names (RFC 2986), in DER, by an EC P-256 key in PEM form. Its subject is
 * empty: certificate authorities take the names of the extension.
 */
export function certificateRequest(names: readonly string[], key: Secret): Buffer {
  const privateKey = createPrivateKey(key.reveal());
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: new Name(),
    subjectPKInfo: AsnConvert.parse(publicKey, SubjectPublicKeyInfo),
    attributes: new Attributes([
      new Attribute({
        type: extensionRequest,
        values: [AsnConvert.serialize(new Extensions([namesExtension(names)]))],
      }),
    ]),
  });
  const info = Buffer.from(AsnConvert.serialize(certificationRequestInfo));
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm: new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 }),
    signature: new Uint8Array(sign('sha256', info, privateKey)).buffer,
  });
  return Buffer.from(AsnConvert.serialize(request));
}
