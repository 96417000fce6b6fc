import { basename } from 'node:path';
import type { Databag, DatabagCert } from '../../../databag.js';
import type { Resource } from '../../../resource.js';
import { Secret } from '../../../../base/secret.js';
import { filesGone } from '../files-gone.js';
import { placesOf } from '../guest-places.js';
import { certPath, servedCerts } from './proxy-site.js';

/** Certificates and keys in their places, before the site that names them. */
export function certFiles(databag: Databag): Resource[] {
  const path = (cert: DatabagCert): string => certPath(cert, placesOf(databag).certs);
  const files = servedCerts(databag).flatMap((cert): Resource[] => [
    { kind: 'file', name: `${path(cert)}.crt`, mode: '0600', content: cert.certificate },
    { kind: 'file', name: `${path(cert)}.key`, mode: '0600', content: new Secret(cert.key ?? '') },
  ]);
  return [{ kind: 'directory', name: placesOf(databag).certs, mode: '0700' }, ...files];
}

/** Keys of certificates that are gone do not stay, after the site that named them. */
export function certsGone(databag: Databag): Resource[] {
  const kept = servedCerts(databag).flatMap((cert) => {
    const name = basename(certPath(cert));
    return [`${name}.crt`, `${name}.key`];
  });
  return [filesGone('certificates that are gone', placesOf(databag).certs, kept)];
}
