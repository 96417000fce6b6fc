import { renderNodeFile } from '../../../templates/render.js';
import type { Databag } from '../../databag.js';
import type { Resource } from '../../resource.js';
import { guestInterfaces } from './guest-places.js';
import { places } from './places.js';

/** Of iptables, called from DOCKER-USER. */
export const firewallChain = 'DEIS-CONTAINERS';
const chain = firewallChain;

/**
 * Container ports answer the formation's proxies and the controller, from the first moment that Docker runs.
 */
export function containerFirewall(databag: Databag): Resource[] {
  const addresses = new Map(Object.values(databag.nodes).flatMap((layer) => Object.entries(layer)));
  const proxies = databag.proxies
    .map((name) => addresses.get(name))
    .filter((address) => address !== undefined);
  const paths = { chain, rules: places.firewallRules, program: places.firewallProgram };
  return [
    {
      kind: 'file',
      name: places.firewallProgram,
      mode: '0755',
      content: renderNodeFile('firewall.sh.njk', paths),
    },
    {
      kind: 'file',
      name: '/etc/systemd/system/deis-firewall.service',
      content: renderNodeFile('deis-firewall.service.njk', paths),
    },
    {
      kind: 'firewall',
      name: chain,
      ...(databag.hasGuests ? { bridges: guestInterfaces } : {}),
      sources: [...proxies, ...databag.controllers],
      ...(databag.fenced === undefined ? {} : { fenced: databag.fenced }),
      rulesPath: places.firewallRules,
      restore: [places.firewallProgram],
    },
    { kind: 'service', name: 'deis-firewall', enabled: true },
  ];
}
