import { createPrivateKey, createPublicKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  id_ce_basicConstraints,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Secret } from '../../base/secret.js';
import { ecdsaWithSha256 } from './certificate-request.js';
import { namesExtension } from './extensions.js';

const commonName = '2.5.4.3';
const maxCommonName = 64;

/** A certificate for DNS names that its own key has signed (RFC 5280), PEM. @param key EC P-256, PEM */
export function selfSigned(names: readonly string[], key: Secret, from: Date, until: Date): string {
  const privateKey = createPrivateKey(key.reveal());
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const subject = nameOf(names[0]!.slice(0, maxCommonName));
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: positiveSerial(),
    signature: algorithm,
    issuer: subject,
    validity: new Validity({ notBefore: from, notAfter: until }),
    subject,
    subjectPublicKeyInfo: AsnConvert.parse(
      createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
      SubjectPublicKeyInfo,
    ),
    extensions: new Extensions([namesExtension(names), notAnAuthority()]),
  });
  const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: new Uint8Array(sign('sha256', signed, privateKey)).buffer,
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString();
}

/** 128 bits; the first byte is neither 0 nor negative. */
function positiveSerial(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.buffer;
}

function nameOf(common: string): Name {
  const value = new AttributeValue({ utf8String: common });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })])]);
}

function notAnAuthority(): Extension {
  const extnValue = new OctetString(AsnConvert.serialize(new BasicConstraints({ cA: false })));
  return new Extension({ extnID: id_ce_basicConstraints, critical: true, extnValue });
}
