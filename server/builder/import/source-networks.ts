import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Where no slug comes from: this host, links, clouds' metadata, private networks, and what hides an address of
 * those in one of IPv6.
 */
const forbidden = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/127',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
];

/** Networks of the interfaces that this host has now: `10.0.0.5/24`. */
export function ownNetworks(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).flatMap(({ cidr }) => cidr ?? []));
}

/** Which addresses slugs that were built elsewhere may be fetched from. */
export class SourceNetworks {
  readonly #allowed: BlockList;
  readonly #forbidden = blockList(forbidden);

  /** @param allowed networks that the operator allows, whatever they are; IPv4, `10.0.0.0/8` */
  constructor(
    allowed: readonly string[],
    private readonly own: () => readonly string[] = ownNetworks,
  ) {
    this.#allowed = blockList(allowed);
  }

  /** Whether that address may be asked. Loopback, links and networks of this host only where they are allowed. */
  allows(address: string): boolean {
    const family = familyOf(address);
    if (family === undefined) return false;
    if (this.#allowed.check(address, family)) return true;
    return !this.#forbidden.check(address, family) && !blockList(this.own()).check(address, family);
  }
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    const family = familyOf(address);
    if (family !== undefined) list.addSubnet(address, Number(length), family);
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)];
}
