import { openAccount } from '../../formation/proxies/auto-certs.js';
import type { ApiCertificateRecord } from '../../store/app/certificates/api-certificate-store.js';
import type { AcmeParts } from '../acme-parts.js';
import { validityOf } from '../../certificates/issued-certificate.js';
import { ownStep } from '../decisions/own-certificate.js';
import { planRenewal } from '../plan-renewal.js';
import { attemptOwn } from './attempt-own.js';

/**
 * Brings the certificate of the API as far as it comes now: orders it, renews it, asks the CA when to. Of several
 * controllers one does so at a time.
 */
export async function lookAfterOwn(parts: AcmeParts, domain: string, signal: AbortSignal): Promise<void> {
  const { stores } = parts.formation;
  // Without a lock, nor its connection, where there is nothing to do.
  if (stepOf(parts, await keptOf(parts, domain)) === undefined) return;
  await stores.withLock(`acme-api/${domain}`, () => look(parts, domain, signal), { ifFree: true });
}

async function look(parts: AcmeParts, domain: string, signal: AbortSignal): Promise<void> {
  const { stores } = parts.formation;
  let kept = await keptOf(parts, domain);
  if (kept.certificate !== null && isToBeAsked(parts, kept)) {
    const renewal = await planRenewal(parts, kept.certificate, kept.renewAt, signal);
    await stores.apiCertificates.update(domain, renewal);
    kept = await keptOf(parts, domain);
  }
  if (stepOf(parts, kept) === 'order')
    await attemptOwn(parts, kept, await openAccount(stores, kept.directory), signal);
}

function keptOf(
  { formation: { stores }, orders: { directory } }: AcmeParts,
  domain: string,
): Promise<ApiCertificateRecord> {
  return stores.apiCertificates.keep(domain, directory);
}

/** Also before a renewal: the CA may want it later than was planned, or know why not. */
function isToBeAsked({ formation: { now } }: AcmeParts, { askRenewalAt }: ApiCertificateRecord): boolean {
  return askRenewalAt === null || askRenewalAt <= now();
}

function stepOf({ formation: { now } }: AcmeParts, kept: ApiCertificateRecord): ReturnType<typeof ownStep> {
  const current = kept.certificate === null ? undefined : validityOf(kept.certificate);
  return ownStep({ ...kept, current }, now());
}
