import { isIPv4 } from 'node:net';
import { isOfKind } from '../../../cookbooks/layer-kind.js';
import type { Databag } from '../../../cookbooks/databag.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { layerOf, nodesOfKind } from './snapshot-view.js';

/**
 * Addresses that containers of a formation's nodes are kept from, where one of those nodes has an address that others
 * let in: a box is a proxy, and the controller may be on a node. Public ones, too: which of its own a node sends from
 * follows from where it sends. Those of nodes that are away stay, and those of nodes that leave until they are gone.
 */
export function fencedAddresses(
  snapshot: Pick<FormationSnapshot, 'host' | 'layers' | 'nodes'>,
  controllers: readonly string[],
): Pick<Databag, 'fenced'> {
  // A node's firewall is its host's.
  if (snapshot.host !== undefined) return {};
  const runtimes = nodesOfKind(snapshot, 'runtime');
  const all = runtimes
    .flatMap(({ address, privateAddress }) => [address, privateAddress])
    .filter((each) => each !== null && isIPv4(each)) as string[];
  const isLetIn =
    runtimes.some((node) => isOfKind(layerOf(snapshot, node).kind, 'proxy')) ||
    all.some((address) => controllers.includes(address));
  return isLetIn ? { fenced: [...new Set(all)].sort() } : {};
}
