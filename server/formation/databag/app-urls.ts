import type { FormationSummary } from '../../store/app/formation-summary.js';
import { covers } from './domain-name.js';
import { hostInUrl } from '../../../base/host-in-url.js';

/**
 * Where people find the app: its names, https where a certificate is good for them. Without domains its ready
 * proxies by address; with domains the proxies answer to those alone. A wildcard is no address.
 */
export function appUrls({ domains, certified, layers }: Omit<FormationSummary, 'formationId'>): string[] {
  if (domains.length > 0)
    return domains
      .filter((name) => !name.startsWith('*.'))
      .map((name) => `${certified.some((each) => covers(each, name)) ? 'https' : 'http'}://${name}/`);
  return layers
    .filter(({ kind }) => kind === 'proxy')
    .flatMap(({ addresses }) => addresses.map((address) => `http://${hostInUrl(address)}/`));
}
