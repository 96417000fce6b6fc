import type { FormationSummary } from '../../store/app/formation-summary.js';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import { covers } from './domain-name.js';
import { sharedName } from './sharing.js';
import { hostInUrl } from '../../../base/host-in-url.js';

/**
 * Where people find the app: its names, https where a certificate is good for them. Without domains its ready
 * proxies by address; with domains the proxies answer to those alone. A wildcard is no address. Of mode tcp each
 * proxy by address, or the name that leads there.
 * @param own its name below the platform's domain, where it shares proxies
 */
export function appUrls(
  {
    domains,
    certified,
    host,
    layers,
    tcpPort,
  }: Pick<FormationSummary, 'domains' | 'certified' | 'host' | 'layers' | 'tcpPort'>,
  own?: string,
): string[] {
  const addresses = layers.filter(({ kind }) => isOfKind(kind, 'proxy')).flatMap((layer) => layer.addresses);
  if (tcpPort !== null) {
    const hosts = own === undefined ? addresses.map(hostInUrl) : [own];
    return hosts.map((each) => `tcp://${each}:${tcpPort}`);
  }
  const names = [...domains, ...(own === undefined || domains.includes(own) ? [] : [own])];
  if (names.length > 0)
    return names
      .filter((name) => !name.startsWith('*.'))
      .map((name) => `${certified.some((each) => covers(each, name)) ? 'https' : 'http'}://${name}/`);
  // Proxies that are shared know it by its names alone.
  if (host !== null) return [];
  return addresses.map((address) => `http://${hostInUrl(address)}/`);
}

/** The same of a formation by its name, with that below `domain` where it shares nodes. */
export function formationUrls(name: string, summary: FormationSummary, domain: string | undefined): string[] {
  return appUrls(summary, sharedName(name, summary, domain));
}
