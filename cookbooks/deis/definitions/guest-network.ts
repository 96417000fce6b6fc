import type { Databag } from '../../databag.js';
import type { Resource } from '../../resource.js';
import { bridgeOf, guestFolders, guestInterfaces, networkOf } from './guest-places.js';
import { firewallChain } from './container-firewall.js';
import { guestsEndpoint } from './proxy/proxy-endpoint.js';

/** A guest comes to a node that its host has made ready for guests: what keeps them apart must stand before. */
const notReady = (host: string): string =>
  `the nodes of ${host} are not ready for guests yet: \`deis converge --formation=${host}\`, then again`;

/** Ends the converge of a guest's containers where its host's firewall would not judge who reaches them. */
export function requireSharedRuntime({ host }: Databag): Resource[] {
  const judged = ['-C', firewallChain, '-o', guestInterfaces, '-j', 'DROP'];
  return host === undefined ? [] : [required(host, 'node', ['iptables', '-w', '10', ...judged])];
}

/** As requireSharedRuntime, of a proxy whose nginx does not know guests. */
export function requireSharedProxy({ host }: Databag): Resource[] {
  const known = ['curl', '--silent', '--fail', '--max-time', '5', '--output', '/dev/null', guestsEndpoint];
  return host === undefined ? [] : [required(host, 'proxy', known)];
}

function required(host: string, what: 'node' | 'proxy', notIf: readonly string[]): Resource {
  const command = ['sh', '-c', 'echo "$1" >&2; exit 1', 'sh', notReady(host)];
  return { kind: 'execute', name: `a ${what} that is ready for guests`, command, notIf };
}

/** Docker's network of a guest: its containers reach one another by it, and no others. Its bridge has a known name. */
export function guestNetwork(databag: Pick<Databag, 'id' | 'host'>): Resource[] {
  const network = networkOf(databag);
  if (network === undefined) return [];
  const options = [
    '--driver=bridge',
    `--label=deis.formation=${databag.id}`,
    `--opt=com.docker.network.bridge.name=${bridgeOf(databag)}`,
  ];
  return [
    {
      kind: 'execute',
      name: `the network ${network}`,
      command: ['docker', 'network', 'create', ...options, network],
      notIf: ['docker', 'network', 'inspect', network],
    },
  ];
}

/** The network of a guest that goes, once its containers are gone. */
export function guestNetworkGone(databag: Databag): Resource {
  const network = networkOf(databag) ?? '';
  return {
    kind: 'execute',
    name: `no network ${network}`,
    command: ['docker', 'network', 'rm', network],
    onlyIf: ['docker', 'network', 'inspect', network],
  };
}

/** A folder of a guest that goes, with all that is in it. */
export function guestFolderGone(folder: keyof typeof guestFolders, { id }: Pick<Databag, 'id'>): Resource {
  return { kind: 'directory', name: `${guestFolders[folder]}/${id}`, action: 'delete' };
}

/** Folders that hold a guest's own. */
export function guestFolder(folder: keyof typeof guestFolders, { id }: Pick<Databag, 'id'>): Resource[] {
  return [
    { kind: 'directory', name: guestFolders[folder], mode: '0755' },
    { kind: 'directory', name: `${guestFolders[folder]}/${id}`, mode: '0755' },
  ];
}
