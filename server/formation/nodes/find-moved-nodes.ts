import type { CloudNode } from '../../../provisioner/provider.js';
import type { Place } from '../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../store/infrastructure/node-store.js';
import { requireSnapshot } from '../context/formation-work.js';
import { openLayerProvider } from '../context/layer-provider.js';
import type { ProviderParts } from '../context/open-provider.js';

/** A node whose machine has another address now. */
export interface MovedNode {
  readonly node: NodeRecord;
  /** Where the controller reaches it now. */
  readonly address: string;
  /** Where the formation's other nodes reach it now. */
  readonly privateAddress: string;
}

/** What clouds say of machines that do not answer. */
export interface CloudNews {
  readonly moved: readonly MovedNode[];
  /** Nodes whose machine the cloud no longer has: terminated, by somebody else. */
  readonly gone: readonly NodeRecord[];
}

/**
 * Asks the clouds where machines are that do not answer: one that was stopped and started may have come up
 * under another address. Its pinned host key is what it is known by, wherever it is. Hosts that existed
 * already are in no cloud.
 * @throws NotFound when the formation is gone; what a cloud answers
 */
export async function findMoved(
  parts: ProviderParts,
  formationId: number,
  names: ReadonlySet<string>,
  signal: AbortSignal,
  place?: Place,
): Promise<CloudNews> {
  const { formation, layers, nodes } = await requireSnapshot(parts.stores, formationId, [], place);
  const moved: MovedNode[] = [];
  const gone: NodeRecord[] = [];
  for (const layer of layers) {
    const asked = nodes.filter(
      ({ layerId, name, adopted }) => layerId === layer.id && !adopted && names.has(name),
    );
    if (asked.length === 0) continue;
    const { provider } = await openLayerProvider(parts, formation, layer, 'manage');
    const machines = new Map(
      (await provider.listNodes(formation.name, signal)).map((machine) => [machine.uuid, machine]),
    );
    moved.push(...asked.flatMap((node) => compare(node, machines.get(node.id))));
    gone.push(...asked.filter(({ id, cloudId }) => cloudId !== null && !machines.has(id)));
  }
  return { moved, gone };
}

function compare(node: NodeRecord, machine: CloudNode | undefined): MovedNode[] {
  if (machine?.state !== 'running' || machine.privateAddress === null) return [];
  const { privateAddress } = machine;
  // A node that is reached by its private address has no public one that counts.
  const address = node.address === node.privateAddress ? privateAddress : (machine.address ?? privateAddress);
  return address === node.address && privateAddress === node.privateAddress
    ? []
    : [{ node, address, privateAddress }];
}
