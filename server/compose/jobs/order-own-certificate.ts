import { lookAfterOwn } from '../../acme/own/look-after-own.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import type { Job } from '../../schedule/job.js';
import type { Settings } from '../../settings/settings.js';
import type { Stores } from '../../store/stores.js';
import { openAcme } from '../open-acme.js';
import type { Base } from '../open-base.js';

const orderOwnCertificateJob = 'order-own-certificate';

/** How soon the first one is there, and what has failed is tried again. */
const everyMs = 3000;
/** One order, for which a CA may take minutes. */
const deadlineMs = 300_000;

/** A controller that is alive has taken it long before. */
const abandonedMs = 600_000;

/**
 * Has the schedule forget the job where no controller orders a certificate of its own any more. One that does may be of
 * an earlier release, and would not write the job down again.
 */
export function forgetOwnCertificate({ schedule }: Pick<Stores, 'schedule'>): Promise<void> {
  return schedule.forgetAbandoned(orderOwnCertificateJob, abandonedMs);
}

/** Orders and renews the certificate that the API shows. */
export function orderOwnCertificate(
  settings: Pick<Settings, 'acme'>,
  base: Pick<Base, 'log' | 'shutdown'>,
  formation: FormationParts,
  domain: string,
): Job {
  const acme = openAcme(settings, base, formation);
  const run = (signal: AbortSignal): Promise<void> => lookAfterOwn(acme(), domain, signal);
  return { name: orderOwnCertificateJob, everyMs, deadlineMs, run };
}
