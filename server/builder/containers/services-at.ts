import { lookup } from 'node:dns/promises';
import type { HostService } from '../../../provisioner/build-firewall.js';

const defaultPorts: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'http:': 80,
  'https:': 443,
};

export interface ServiceEndpoint {
  readonly host: string;
  readonly port: number;
}

/** Port 0 where neither the URL nor its protocol says one. */
export function endpointOf(url: string): ServiceEndpoint {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: Number(port) || (defaultPorts[protocol] ?? 0) };
}

/** Under which IPv4 addresses it is reached from elsewhere; none where its name is not known now. */
export async function servicesAt({ host, port }: ServiceEndpoint): Promise<HostService[]> {
  if (host === '') return [];
  const found = await lookup(host, { all: true, family: 4 }).catch(() => []);
  return found.filter(({ address }) => !address.startsWith('127.')).map(({ address }) => ({ address, port }));
}
