import { BlockList, isIP } from 'node:net';

/** Names that a list of networks may have, as Express knows them. */
const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Whether a text is an IP address or a CIDR: `203.0.113.7`, `10.0.0.0/8`, `2001:db8::/32`. */
export function isNetwork(text: string): boolean {
  const [, address, bits] = /^([0-9A-Fa-f.:]{2,45})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = address === undefined ? 0 : isIP(address);
  return family !== 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128));
}

/** Whether an address to bind to is reached from this machine alone. */
export function isLoopback(bind: string): boolean {
  return bind === 'localhost' || bind === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bind);
}

/** Whether it names every address of its family. */
export function isEverywhere(network: string): boolean {
  return /\/0+$/.test(network);
}

/**
 * Whether an address is one of these addresses, CIDRs and named networks. It has several forms: that of IPv4 within
 * IPv6, groups of zeros, a zone. Text that is not an address is among none: who refuses networks refuses that first.
 */
export function amongNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks.flatMap((each) => named[each] ?? [each])) {
    const [address = '', bits] = network.split('/');
    const [plain, family] = plainAddress(address);
    if (family !== undefined) list.addSubnet(plain, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (address) => {
    const [plain, family] = plainAddress(address);
    return family !== undefined && list.check(plain, family);
  };
}

function plainAddress(address: string): [address: string, family: 'ipv4' | 'ipv6' | undefined] {
  const [plain = ''] = address.split('%');
  return [plain, ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(plain)]];
}
