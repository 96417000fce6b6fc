import { readFileSync } from 'node:fs';
import { lookAfterDue } from '../../acme/look-after-due.js';
import { preflightNetwork } from '../../acme/preflight/preflight-network.js';
import { AcmeClient } from '../../acme/protocol/acme-client.js';
import { AcmeHttp } from '../../acme/protocol/acme-http.js';
import type { FormationParts } from '../../formation/context/formation-parts.js';
import type { Job } from '../../schedule/job.js';
import type { Settings } from '../../settings/settings.js';
import type { Base } from '../open-base.js';

/** How soon a new domain is ordered for. */
const everyMs = 3000;
/** A CA may take minutes for each order. */
const deadlineMs = 900_000;
const pollMs = 1000;

/** Orders and renews certificates, where the operator has agreed to the terms of a CA; no job otherwise. */
export function orderCertificates(
  { acme }: Pick<Settings, 'acme'>,
  { log, shutdown }: Pick<Base, 'log' | 'shutdown'>,
  formation: FormationParts,
): Job[] {
  const { directory, agreed, email, caBundle, dnsServers, maxNames } = acme;
  if (!agreed) return [];
  const http = new AcmeHttp(formation.now, caBundle && readFileSync(caBundle, 'utf8'));
  shutdown.add('the connections to the CA', () => http.close());
  const network = preflightNetwork(dnsServers);
  const run = (signal: AbortSignal): Promise<void> => {
    // What the CA offers is read once a run.
    const client = new AcmeClient(http, directory);
    const orders = { directory, email, maxNames, pollMs };
    return lookAfterDue({ formation, orders, client, network, log }, signal);
  };
  return [{ name: 'order-certificates', everyMs, deadlineMs, run }];
}
