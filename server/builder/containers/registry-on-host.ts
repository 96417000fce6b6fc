import { networkInterfaces } from 'node:os';
import type { HostService } from '../../../provisioner/build-firewall.js';
import { endpointOf, servicesAt } from './services-at.js';

/**
 * The registry of a setting where it is one of this host's addresses, which containers reach; none where it is
 * elsewhere or its name is not known now.
 */
export async function registryOnHost(registry: string | null): Promise<HostService[]> {
  if (registry === null) return [];
  const found = await servicesAt(endpointOf(registry));
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
  );
  return found.filter(({ address }) => own.includes(address));
}
