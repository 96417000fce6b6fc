import { isDeepStrictEqual } from 'node:util';
import { isIPv4 } from 'node:net';
import { hostInUrl } from '../../../base/host-in-url.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import type { ToldClients } from '../../store/app/tcp-port-store.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { addressOf, nodesOfKind } from '../databag/snapshot-view.js';

/** A formation with the nodes that it lives on. */
export type Placed = Pick<FormationSnapshot, 'formation' | 'host' | 'layers' | 'nodes'>;

/**
 * Where a formation finds another one: a proxy's address on the network that both share, where they share nodes, else
 * the one that the controller reaches. What is `present` stays for as long as a proxy has it. Undefined: there is no
 * proxy that is ready.
 */
export function serviceAddress(provider: Placed, consumer: Placed, present?: string): string | undefined {
  const port = provider.formation.proxySettings.tcpPort;
  if (port === undefined) return undefined;
  const places = nodesOfKind(provider, 'proxy').flatMap((node) => {
    const host = sharesNodes(provider, consumer) ? addressOf(node) : (node.address ?? '');
    return host === '' ? [] : [{ node, address: `${hostInUrl(host)}:${port}` }];
  });
  const kept = places.find(({ node, address }) => address === present && isThere(node));
  return (kept ?? places.find(({ node }) => node.status === 'ready'))?.address;
}

function isThere({ status }: NodeRecord): boolean {
  return status !== 'lost' && status !== 'removing';
}

/** Whom the proxies of a formation are to let in because it is attached to it; one that moves may be in two places. */
export function wantedClients(provider: Placed, consumers: readonly Placed[]): ToldClients {
  const near = consumers.filter((consumer) => sharesNodes(provider, consumer));
  const neighbours = new Map(
    near.map(({ formation: { name: id }, host }) => [
      id,
      host === undefined ? { id } : { id, host: host.name },
    ]),
  );
  return {
    clients: [...new Set(consumers.flatMap(clientsOf))].sort(),
    neighbours: [...neighbours.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/**
 * Addresses that a formation's containers come with from other nodes: which of its own a node sends from follows from
 * where it sends. Those of nodes that leave stay until they are gone.
 */
function clientsOf(consumer: Placed): string[] {
  return nodesOfKind(consumer, 'runtime')
    .flatMap(({ address, privateAddress }) => [address, privateAddress])
    .filter((each): each is string => each !== null && isIPv4(each));
}

/** Whether those who were told let all of these in. */
export function letsIn(told: ToldClients, wanted: ToldClients): boolean {
  return (
    wanted.clients.every((each) => told.clients.includes(each)) &&
    wanted.neighbours.every((each) => told.neighbours.some((other) => isDeepStrictEqual(other, each)))
  );
}

function sharesNodes(one: Placed, other: Placed): boolean {
  return groundAt(one) === groundAt(other);
}

/** Of the nodes that are looked at: those of a formation that moves may be its former host's. */
function groundAt({ formation, host }: Placed): number {
  return host?.id ?? formation.id;
}
