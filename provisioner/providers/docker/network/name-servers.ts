import { readFile } from 'node:fs/promises';

/**
 * The resolver's own file first; where it names only a stub on the loopback, the one that systemd-resolved
 * keeps for such readers.
 */
const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/**
 * The host's name servers that a node can reach too, at most three; empty when all are on the host's
 * loopback.
 */
export async function hostNameServers(): Promise<string[]> {
  for (const file of files) {
    const servers = reachableNameServers(await readFile(file, 'utf8').catch(() => ''));
    if (servers.length > 0) return servers;
  }
  return [];
}

/** Of a resolv.conf, the IPv4 name servers that are not on the loopback; resolvers read three at most. */
export function reachableNameServers(text: string): string[] {
  const servers = [...text.matchAll(/^nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)].map((match) => match[1]!);
  return servers.filter((server) => !server.startsWith('127.')).slice(0, 3);
}
