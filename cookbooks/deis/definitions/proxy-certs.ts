import { basename } from 'node:path';
import type { Databag } from '../../databag.js';
import type { Resource } from '../../resource.js';
import { Secret } from '../../../base/secret.js';
import { filesGone } from './files-gone.js';
import { places } from './places.js';
import { certPath, servedCerts } from './proxy-site.js';

/** Certificates and keys in their places, before the site that names them. */
export function certFiles(databag: Databag): Resource[] {
  const files = servedCerts(databag).flatMap((cert): Resource[] => [
    { kind: 'file', name: `${certPath(cert)}.crt`, mode: '0600', content: cert.certificate },
    { kind: 'file', name: `${certPath(cert)}.key`, mode: '0600', content: new Secret(cert.key ?? '') },
  ]);
  return [{ kind: 'directory', name: places.certs, mode: '0700' }, ...files];
}

/** Keys of certificates that are gone do not stay, after the site that named them. */
export function certsGone(databag: Databag): Resource[] {
  const kept = servedCerts(databag).flatMap((cert) => {
    const name = basename(certPath(cert));
    return [`${name}.crt`, `${name}.key`];
  });
  return [filesGone('certificates that are gone', places.certs, kept)];
}
