import { isIPv6 } from 'node:net';

/**
 * What counts as one client: an IPv4 address, also one that is written within an IPv6 address, or the /64 of
 * an IPv6 address, all of which one host may use. Text that is no address is given back as it is.
 */
export function clientNetwork(address: string): string {
  const [, inner] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (inner !== undefined) return inner;
  const [text = ''] = address.split('%');
  if (!isIPv6(text)) return address;
  // An IPv4 tail fills the last two groups, of which none is looked at.
  const [head = '', tail] = text.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const network = [...before, ...zeros, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function groups(text: string): string[] {
  return text.split(':').filter(Boolean);
}
