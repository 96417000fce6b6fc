import { domain, host, path, port } from '../setting-schemas.js';

const ownCertificate = 'DEIS_TLS_DOMAIN';

/** The settings of the certificate that the API shows: files of the operator, or one that it orders itself. */
export const tlsDefinitions = {
  DEIS_TLS_CERT: {
    schema: path.optional(),
    shown: 'plain HTTP',
    help: 'PEM file of the certificate of the HTTP API, its chain behind it; read again when it changes',
  },
  DEIS_TLS_KEY: { schema: path.optional(), shown: 'plain HTTP', help: 'PEM file of its key' },
  DEIS_TLS_DOMAIN: {
    schema: domain.optional(),
    shown: 'plain HTTP',
    help: 'name of the HTTP API, for which it orders and renews its certificate itself; needs DEIS_ACME_AGREE=yes',
  },
  DEIS_TLS_HTTP_BIND: {
    schema: host.default('0.0.0.0'),
    help: 'address at which the CA of DEIS_TLS_DOMAIN is answered; everybody else is sent to HTTPS',
  },
  DEIS_TLS_HTTP_PORT: {
    schema: port.prefault('80'),
    help: 'its port, to which port 80 of DEIS_TLS_DOMAIN leads',
  },
};

/** Settings of TLS that do not go together. */
export function tlsProblems(values: Readonly<Record<string, unknown>>): string[] {
  if (values[ownCertificate] === undefined) return [];
  return [
    ...(values['DEIS_TLS_CERT'] === undefined
      ? []
      : [`DEIS_TLS_CERT and ${ownCertificate} exclude each other: the API shows one certificate`]),
    ...(values['DEIS_ACME_AGREE'] === true
      ? []
      : [
          `${ownCertificate} needs DEIS_ACME_AGREE=yes: nothing is ordered before you agree to the CA's terms`,
        ]),
  ];
}
