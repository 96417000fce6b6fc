import { lookAfterDue } from '../../acme/look-after-due.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import type { Job } from '../../schedule/job.js';
import type { Settings } from '../../settings/settings.js';
import { openAcme } from '../open-acme.js';
import type { Base } from '../open-base.js';

/** How soon a new domain is ordered for. */
const everyMs = 3000;
/** A CA may take minutes for each order. */
const deadlineMs = 900_000;

/** Orders and renews certificates, where the operator has agreed to the terms of a CA; no job otherwise. */
export function orderCertificates(
  settings: Pick<Settings, 'acme'>,
  base: Pick<Base, 'log' | 'shutdown'>,
  formation: FormationParts,
): Job[] {
  if (!settings.acme.agreed) return [];
  const acme = openAcme(settings, base, formation);
  const run = (signal: AbortSignal): Promise<void> => lookAfterDue(acme(), signal);
  return [{ name: 'order-certificates', everyMs, deadlineMs, run }];
}
