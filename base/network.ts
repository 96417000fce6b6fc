import { isIP } from 'node:net';

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
