import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { amongNetworks } from '../../base/network.js';

/**
 * What users do not reach through the controller: this host, links, clouds' metadata, private networks, and what
 * hides an address of those in one of IPv6.
 */
const isForbidden = amongNetworks([
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
]);

/** Networks of the interfaces that this host has now: `10.0.0.5/24`. */
export function ownNetworks(): string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).flatMap(({ cidr }) => cidr ?? []));
}

/** Which addresses the controller dials because a user named them: where slugs come from, where logs go. */
export class RemoteNetworks {
  readonly #isAllowed: (address: string) => boolean;

  /** @param allowed networks that the operator allows, whatever they are; IPv4, `10.0.0.0/8` */
  constructor(
    allowed: readonly string[],
    private readonly own: () => readonly string[] = ownNetworks,
  ) {
    this.#isAllowed = amongNetworks(allowed);
  }

  /** Whether that address may be dialled. Loopback, links and networks of this host only where they are allowed. */
  allows(address: string): boolean {
    if (isIP(address) === 0) return false;
    return this.#isAllowed(address) || !(isForbidden(address) || amongNetworks(this.own())(address));
  }
}

/**
 * Resolves as Node.js does, and fails with `notAllowed` of the name when one of its addresses is not allowed: the
 * very address that is dialled was looked at.
 */
export function allowedLookup(
  networks: Pick<RemoteNetworks, 'allows'>,
  notAllowed: (host: string) => Error,
): LookupFunction {
  return (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return done(error, []);
      const wrong = addresses.find(({ address }) => !networks.allows(address));
      if (wrong !== undefined) return done(notAllowed(hostname), []);
      if (options.all === true) return done(null, addresses);
      const [first] = addresses;
      return done(null, first?.address ?? '', first?.family);
    });
}
