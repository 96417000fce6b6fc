import { UserError } from '../../../base/errors.js';
import type { Settings } from '../../settings/settings.js';
import {
  readApiCertificate,
  type ApiCertificateState,
} from '../../store/app/certificates/api-certificate-store.js';
import type { AddCommand } from '../command-context.js';
import { withDatabase } from '../database/with-database-url.js';

/** `deis-controller certificate`. */
export const addCertificate: AddCommand = (program, { settings, print }) => {
  program
    .command('certificate')
    .summary('tell how far the certificate of the API is')
    .description(
      'Tells how far the certificate is that the API orders itself (DEIS_TLS_DOMAIN): until when it is good, when it ' +
        'is renewed, and what the CA said of the last attempt. Works while the controller runs and while it does not.',
    )
    .action(async () => {
      const read = settings();
      if (read.http.ownTls === undefined)
        throw new UserError('DEIS_TLS_DOMAIN is not set: the API orders no certificate', {
          field: 'DEIS_TLS_DOMAIN',
        });
      for (const line of await certificateLines(read, read.http.ownTls.domain)) print(line);
    });
};

/** The lines that tell of the certificate of this domain. */
export function certificateLines(
  place: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  domain: string,
): Promise<string[]> {
  return withDatabase(place, async (database) => {
    try {
      const isThere = await database.schema.hasTable('api_certificates');
      return describeCertificate(domain, isThere ? await readApiCertificate(database, domain) : undefined);
    } catch (error) {
      throw new UserError(`cannot read how far the certificate is: ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
}

const renewalReasons = { ca: 'as its CA says', lifetime: 'by its lifetime' } as const;

/** @param state undefined before the first attempt */
export function describeCertificate(domain: string, state: ApiCertificateState | undefined): string[] {
  const { expiresAt, renewAt, renewalBy, lastAttemptAt, lastError, notBefore } = state ?? {};
  const by = renewalBy ? renewalReasons[renewalBy] : 'for it is of another CA';
  const good = expiresAt ? `good until ${expiresAt.toISOString()}` : undefined;
  return [
    `certificate of ${domain}: ${good ?? 'none yet, the API shows one signed by itself'}`,
    ...(renewAt ? [`  renewal: ${renewAt.toISOString()}, ${by}`] : []),
    `  last attempt: ${lastAttemptAt ? lastAttemptAt.toISOString() : 'none'}`,
    ...(lastError ? [`  last error: ${lastError}`] : []),
    ...(lastError && notBefore ? [`  next attempt: ${notBefore.toISOString()}`] : []),
  ];
}
