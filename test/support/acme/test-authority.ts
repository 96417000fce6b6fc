import { createPublicKey, createPrivateKey, randomBytes, sign, X509Certificate } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  Certificate,
  Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_subjectAltName,
  KeyIdentifier,
  SubjectAlternativeName,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { ecdsaWithSha256 } from '../../../server/certificates/certificate-request.js';
import { newEcKey } from '../../../server/certificates/ec-key.js';
import { namesExtension } from '../../../server/certificates/extensions.js';
import { selfSigned } from '../../../server/certificates/self-signed.js';

/** A certificate authority that signs what it is asked for. */
export class TestAuthority {
  readonly #key = newEcKey();
  readonly #root = selfSigned(['authority.test'], this.#key, new Date('2020-01-01'), new Date('2049-01-01'));
  readonly #keyId = randomBytes(20);

  /** PEM chain, leaf first, for a request in DER; its names must be these. */
  issue(request: Buffer, names: readonly string[], from: Date, until: Date): string {
    const { certificationRequestInfo } = AsnConvert.parse(request, CertificationRequest);
    const asked = namesOf(certificationRequestInfo.attributes[0]!.values[0]!);
    if ([...asked].sort().join() !== [...names].sort().join()) throw new Error(`asked for ${asked.join()}`);
    const root = AsnConvert.parse(new X509Certificate(this.#root).raw, Certificate);
    const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
    const authority = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(this.#keyId) });
    const tbsCertificate = new TBSCertificate({
      version: Version.v3,
      serialNumber: new Uint8Array([0x40, ...randomBytes(15)]).buffer,
      signature: algorithm,
      issuer: root.tbsCertificate.subject,
      validity: new Validity({ notBefore: from, notAfter: until }),
      subject: certificationRequestInfo.subject,
      subjectPublicKeyInfo: certificationRequestInfo.subjectPKInfo,
      extensions: new Extensions([
        namesExtension(names),
        new Extension({
          extnID: id_ce_authorityKeyIdentifier,
          extnValue: new OctetString(AsnConvert.serialize(authority)),
        }),
      ]),
    });
    const signed = Buffer.from(AsnConvert.serialize(tbsCertificate));
    const certificate = new Certificate({
      tbsCertificate,
      signatureAlgorithm: algorithm,
      signatureValue: new Uint8Array(sign('sha256', signed, createPrivateKey(this.#key.reveal()))).buffer,
    });
    const leaf = new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)));
    if (!leaf.verify(createPublicKey(createPrivateKey(this.#key.reveal())))) throw new Error('badly signed');
    return leaf.toString() + this.#root;
  }
}

function namesOf(extensions: ArrayBuffer): string[] {
  const names = AsnConvert.parse(extensions, Extensions).find(
    ({ extnID }) => extnID === id_ce_subjectAltName,
  )!;
  return AsnConvert.parse(names.extnValue.buffer, SubjectAlternativeName).map(({ dNSName }) => dNSName!);
}
