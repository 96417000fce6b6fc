import { renewalId, validityOf } from '../../certificates/issued-certificate.js';
import { parseCertificate } from '../../formation/proxies/parse-certificate.js';
import type { AcmeAccountRecord } from '../../store/app/certificates/acme-account-store.js';
import type {
  ApiCertificateRecord,
  ApiCertificateStore,
} from '../../store/app/certificates/api-certificate-store.js';
import type { AcmeParts } from '../acme-parts.js';
import type { Setback } from '../decisions/next-attempt.js';
import { failuresOf, isHeldUp, ownPause } from '../decisions/own-certificate.js';
import { sayNameProblem } from '../decisions/say-problem.js';
import { NamesRefused, orderCertificate, type OrderKeeper } from '../order-certificate.js';
import { isLostAccount, setbackIn, type OrderSetback } from '../order-setback.js';
import { planRenewal } from '../plan-renewal.js';
import { preflightOwn } from '../preflight/preflight.js';

/** An order that the CA still works on is looked at again after so long. */
const soonMs = 5000;

/**
 * Orders the certificate of the API once. It takes the place of the one before only when there is a new one; what comes
 * to nothing is written down and logged in a sentence, with the time of the next attempt.
 * @throws the signal's reason, and what is wrong here and not at the CA
 */
export async function attemptOwn(
  parts: AcmeParts,
  kept: ApiCertificateRecord,
  account: AcmeAccountRecord,
  signal: AbortSignal,
): Promise<void> {
  const { stores, now, newId } = parts.formation;
  const { domain, certificate } = kept;
  try {
    const { caaIdentities } = (await parts.client.directory(signal)).meta;
    const question = {
      name: domain,
      thumbprint: account.thumbprint,
      caaIdentities,
      token: `deis-${newId()}`,
    };
    const found = await preflightOwn(question, parts.network, signal);
    if (found !== undefined && isHeldUp(found, kept))
      return await record(parts, kept, { lastError: found.problem, setback: 'not-ready' });
    const order = keeperOf(stores.apiCertificates, kept);
    // Of another CA, this one knows nothing.
    const replaces = certificate === null || kept.renewalBy === null ? undefined : renewalId(certificate);
    const ordered = await orderCertificate(parts, { account, order, names: [domain], replaces }, signal);
    const pair = { key: ordered.key, ...parseCertificate(ordered.chain, ordered.key.reveal(), now()) };
    const renewal = await planRenewal(parts, pair.certificate, null, signal);
    await serve(parts, domain, pair, renewal);
  } catch (error) {
    signal.throwIfAborted();
    await recordError(parts, kept, account, error);
  }
}

async function serve(
  { formation: { stores, now }, log }: AcmeParts,
  domain: string,
  { certificate, key, fingerprint, expiresAt }: Parameters<ApiCertificateStore['replace']>[1],
  renewal: Awaited<ReturnType<typeof planRenewal>>,
): Promise<void> {
  const done = { failures: 0, setback: null, notBefore: null, lastError: null, lastAttemptAt: now() };
  const pair = { certificate, key, fingerprint, expiresAt };
  await stores.apiCertificates.replace(domain, pair, { ...renewal, ...done });
  log.info({ domain, expiresAt, renewAt: renewal.renewAt }, 'ordered the certificate of the API');
}

function keeperOf(
  store: ApiCertificateStore,
  { domain, orderUrl, orderKey }: ApiCertificateRecord,
): OrderKeeper {
  return {
    orderUrl,
    key: orderKey,
    begin: (url, key) => store.begin(domain, url, key),
    end: () => store.endOrder(domain),
  };
}

/** @throws the error itself when it is none of the CA's */
async function recordError(
  parts: AcmeParts,
  kept: ApiCertificateRecord,
  account: AcmeAccountRecord,
  error: unknown,
): Promise<void> {
  const { stores } = parts.formation;
  if (error instanceof NamesRefused) {
    await stores.apiCertificates.endOrder(kept.domain);
    const said = [...error.problems].map(([name, problem]) => sayNameProblem(name, problem, 'controller'));
    return record(parts, kept, { lastError: said.join(' '), setback: 'refused' });
  }
  const setback = setbackIn(new URL(kept.directory).host, error);
  if (isLostAccount(error)) await stores.acmeAccounts.setUrl(account.id, null);
  await record(parts, kept, setback);
}

async function record(
  { formation: { stores, now }, log }: AcmeParts,
  kept: ApiCertificateRecord,
  { lastError, setback, retryAfterMs }: OrderSetback,
): Promise<void> {
  const failures = setback === undefined ? kept.failures : failuresOf(kept, setback);
  const pauseMs =
    setback === undefined
      ? Math.max(soonMs, retryAfterMs ?? 0)
      : pauseOf(kept, setback, failures, retryAfterMs);
  const notBefore = new Date(now().getTime() + pauseMs);
  await stores.apiCertificates.update(kept.domain, {
    ...(setback === undefined ? {} : { failures, setback }),
    lastError,
    notBefore,
    lastAttemptAt: now(),
  });
  log.warn(
    { domain: kept.domain, problem: lastError, nextAttemptAt: notBefore, expiresAt: kept.expiresAt },
    `the certificate of the API was not ordered, and what it shows stays: ${lastError}`,
  );
}

function pauseOf(
  { certificate }: ApiCertificateRecord,
  setback: Setback,
  failures: number,
  retryAfterMs: number | undefined,
): number {
  const validity = certificate === null ? undefined : validityOf(certificate);
  const lifetimeMs = validity && validity.until.getTime() - validity.from.getTime();
  return ownPause(setback, failures, { retryAfterMs, lifetimeMs });
}
