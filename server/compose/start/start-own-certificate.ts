import { UserError } from '../../../base/errors.js';
import { answerChallenges } from '../../acme/own/answer-challenges.js';
import { openAccount } from '../../formation/proxies/auto-certs.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import { HttpListener } from '../../listen/http-listener.js';
import { firstPair, watchKeptPair } from '../../own-certificate.js';
import type { Settings } from '../../settings/settings.js';
import type { ApiCertificateState } from '../../store/app/certificates/api-certificate-store.js';
import type { ShownCertificate } from '../../certificates/tls-certificate.js';
import { requestGraceMs, now } from '../constants.js';
import { orderOwnCertificate } from '../jobs/order-own-certificate.js';
import type { Base } from '../open-base.js';
import { startSchedule } from './start-schedule.js';

type OwnTls = NonNullable<Settings['http']['ownTls']>;

/** Requests of the CA are short. */
const receiveMs = 10_000;

/**
 * Starts what orders, renews and proves the certificate of the API, and resolves to the one that it shows: what is
 * kept, else one signed by itself until the CA has given one.
 */
export async function startOwnCertificate(
  settings: Settings,
  base: Base,
  formation: FormationParts,
  own: OwnTls,
): Promise<ShownCertificate> {
  const { stores, log, shutdown } = base;
  const { domain } = own;
  const account = await openAccount(stores, settings.acme.directory);
  const listener = await listen(own, account.thumbprint);
  shutdown.add('the answers to the CA', () => listener.close(requestGraceMs));
  log.info({ domain, bind: own.bind, port: listener.port }, 'challenges of the CA are answered');
  const first = await firstPair(stores.apiCertificates, domain, now());
  if (first.fingerprint === undefined)
    log.warn(
      { domain, ca: new URL(settings.acme.directory).host },
      `there is no certificate of ${domain} yet: the API shows one signed by itself until the CA has given one ` +
        '(deis-controller certificate)',
    );
  await startSchedule(settings, base, [orderOwnCertificate(settings, base, formation, domain)]);
  let failures = 0;
  const onLook = (state: ApiCertificateState): void => void (failures = state.failures);
  return {
    pair: first.pair,
    failures: () => failures,
    watch: (use) =>
      watchKeptPair(
        { store: stores.apiCertificates, domain, known: first.fingerprint, onLook },
        ({ pair, expiresAt }) => {
          use(pair);
          log.info({ domain, expiresAt }, 'the API shows a new certificate');
        },
        (error) => log.debug({ err: error }, 'could not look for a new certificate'),
      ),
  };
}

/** @throws UserError where it cannot listen: no CA would ever find the answers */
function listen({ domain, url, bind, port }: OwnTls, thumbprint: string): Promise<HttpListener> {
  return HttpListener.listen(bind, port, answerChallenges(thumbprint, url), {
    receiveMs,
    portFixedBy: 'DEIS_TLS_HTTP_PORT',
  }).catch((cause: unknown) => {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(
      `DEIS_TLS_HTTP_PORT=${port}: another process listens there on ${bind}, or listening there is not allowed. ` +
        `The CA asks port 80 of ${domain}: let the service have it (AmbientCapabilities=CAP_NET_BIND_SERVICE), or ` +
        'choose another port and have port 80 lead there.',
      { field: 'DEIS_TLS_HTTP_PORT', cause },
    );
  });
}
