import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { HostService } from '../../../provisioner/build-firewall.js';

/**
 * The registry of a setting where it is one of this host's addresses, which containers reach; none where it is
 * elsewhere or its name is not known now.
 */
export async function registryOnHost(registry: string | null): Promise<HostService[]> {
  if (registry === null) return [];
  const { hostname, port, protocol } = new URL(registry);
  const found = await lookup(hostname, { all: true, family: 4 }).catch(() => []);
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  );
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return found
    .filter(({ address }) => own.includes(address))
    .map(({ address }) => ({ address, port: number }));
}
