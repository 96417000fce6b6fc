import { readFileSync } from 'node:fs';
import type { AcmeParts } from '../acme/acme-parts.js';
import { preflightNetwork } from '../acme/preflight/preflight-network.js';
import { AcmeClient } from '../acme/protocol/acme-client.js';
import { AcmeHttp } from '../acme/protocol/acme-http.js';
import type { FormationParts } from '../formation/context/formation-parts.js';
import type { Settings } from '../settings/settings.js';
import type { Base } from './open-base.js';

const pollMs = 1000;

/** Opens the connections to the CA of the settings. Each call of what it returns reads anew what the CA offers. */
export function openAcme(
  { acme }: Pick<Settings, 'acme'>,
  { log, shutdown }: Pick<Base, 'log' | 'shutdown'>,
  formation: FormationParts,
): () => AcmeParts {
  const { directory, email, caBundle, dnsServers, maxNames } = acme;
  const http = new AcmeHttp(formation.now, caBundle && readFileSync(caBundle, 'utf8'));
  shutdown.add('the connections to the CA', () => http.close());
  const network = preflightNetwork(dnsServers);
  const orders = { directory, email, maxNames, pollMs };
  return () => ({ formation, orders, client: new AcmeClient(http, directory), network, log });
}
