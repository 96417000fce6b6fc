import { isIP, isIPv4 } from 'node:net';
import type { Databag } from '../../../cookbooks/databag.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';

type Site = Databag['proxy'];

/**
 * Where a proxy of the former host sends what still reaches it; undefined for one that no other proxy can be told,
 * whose balancer knows IPv4 alone.
 */
export function wayTo(
  { address, privateAddress }: Pick<NodeRecord, 'address' | 'privateAddress'>,
  port: number,
): string | undefined {
  const reached = [address, privateAddress].find((each) => each !== null && isIPv4(each));
  return reached === undefined ? undefined : `${reached}:${port}`;
}

/** Addresses that the former host's proxies may come from, sorted; some are known by a host name, too. */
export function addressesOf(proxies: readonly Pick<NodeRecord, 'address' | 'privateAddress'>[]): string[] {
  const all = proxies.flatMap(({ address, privateAddress }) => [address, privateAddress]);
  return [...new Set(all.filter((each) => each !== null && isIP(each) !== 0))].sort() as string[];
}

/**
 * The site of a former host's proxies, on which nothing of the formation serves any more: they end TLS and hand each
 * request to the proxies of where it lives now. What those decide (who may ask, how often, maintenance) is left to
 * them. The same site where it is no former host's, or serves there until the switch.
 */
export function passedOn(
  {
    formation,
    newProxies,
    containers,
    nodes,
  }: Pick<FormationSnapshot, 'formation' | 'newProxies' | 'containers' | 'nodes'>,
  site: Site,
): Site {
  const own = new Set(nodes.map(({ id }) => id));
  const serves = containers.some(({ state, nodeId }) => state === 'serving' && own.has(nodeId));
  if (newProxies === undefined || serves || formation.destroying) return site;
  const ways = newProxies.map((node) => wayTo(node, site.port)).filter((way) => way !== undefined);
  return {
    ...undecided(site),
    algorithm: 'round_robin',
    maintenance: false,
    passesOn: true,
    backends: [...new Set(ways)].sort(),
  };
}

function undecided({
  checks: _checks,
  allow: _allow,
  rateLimit: _rateLimit,
  rateBurst: _rateBurst,
  errorPages: _errorPages,
  ...site
}: Site): Omit<Site, 'checks'> {
  return site;
}
