import type { Logger } from 'pino';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import type { Settings } from '../../settings/settings.js';
import {
  readTlsFiles,
  watchTlsFiles,
  type ShownCertificate,
  type TlsFiles,
} from '../../certificates/tls-certificate.js';
import { forgetOwnCertificate } from '../jobs/order-own-certificate.js';
import type { Base } from '../open-base.js';
import { startOwnCertificate } from './start-own-certificate.js';

/** Of the operator's files, or one that the controller orders itself; undefined where the API speaks plain HTTP. */
export async function shownCertificate(
  settings: Settings,
  base: Base,
  formation: FormationParts,
): Promise<ShownCertificate | undefined> {
  const { tls, ownTls } = settings.http;
  await base.stores.apiCertificates.use(ownTls?.domain);
  if (ownTls === undefined) await forgetOwnCertificate(base.stores);
  if (ownTls !== undefined) return startOwnCertificate(settings, base, formation, ownTls);
  return tls && ofFiles(tls, base.log);
}

/** A renewed certificate is used at once; files that make no pair leave the old one in use. */
async function ofFiles(files: TlsFiles, log: Logger): Promise<ShownCertificate> {
  const pair = await readTlsFiles(files);
  return {
    pair,
    failures: () => 0,
    watch: (use) =>
      watchTlsFiles(
        files,
        pair,
        (renewed) => {
          use(renewed);
          log.info({ certificate: files.certificate }, 'the TLS certificate was read again');
        },
        (error) =>
          log.warn(
            { err: error },
            'the TLS files have changed and are no pair: the old certificate stays in use',
          ),
      ),
  };
}
