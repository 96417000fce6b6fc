import { OctetString, AsnConvert } from '@peculiar/asn1-schema';
import { Extension, GeneralName, SubjectAlternativeName, id_ce_subjectAltName } from '@peculiar/asn1-x509';

/** The extension that says for which DNS names a certificate is. */
export function namesExtension(names: readonly string[]): Extension {
  const value = new SubjectAlternativeName(names.map((dNSName) => new GeneralName({ dNSName })));
  return new Extension({
    extnID: id_ce_subjectAltName,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}
