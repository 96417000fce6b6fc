import type { ContainerRecord } from '../../../store/app/container-store.js';
import type { FormationSnapshot } from '../../../store/app/formation-snapshot.js';
import type { NodeRecord } from '../../../store/infrastructure/node-store.js';
import type { Stores } from '../../../store/stores.js';
import type { FormationParts } from '../../context/formation-parts.js';
import type { FormationWork } from '../../context/formation-work.js';
import { retireKind } from '../../requests/kinds/containers/retire.js';
import { enqueueWithin } from '../../requests/enqueue-operation.js';
import { actorOf } from '../../../store/operations/actor.js';

/** When containers that retire now are stopped at the latest. */
export function drainEnd({ now, settings }: Pick<FormationParts, 'now' | 'settings'>): Date {
  return new Date(now().getTime() + settings.drainSeconds * 1000);
}

/**
 * Containers on their way out that no retire operation has taken charge of: their switch has not been
 * completed. Those that a deploy may bring back.
 */
export async function unclaimedContainers(
  stores: Stores,
  snapshot: FormationSnapshot,
): Promise<ContainerRecord[]> {
  const operations = await stores.operations.unfinishedOfFormation(snapshot.formation.id, 'retire');
  const claimed = new Set(operations.flatMap((operation) => retireKind.read(operation).containers));
  return snapshot.containers.filter(
    ({ id, state }) => (state === 'retiring' || state === 'removing') && !claimed.has(id),
  );
}

/**
 * Puts all unclaimed containers in charge of a new retire operation, which stands outside the formation's
 * order; their drain begins now. Those on nodes that are being removed are left to whoever removes the node.
 * Belongs in the transaction that completes the switch.
 */
export async function enqueueRetire(
  { parts, context: { operation } }: Pick<FormationWork, 'parts' | 'context'>,
  stores: Stores,
  snapshot: FormationSnapshot,
): Promise<void> {
  // Who removes a node waits for guests, and stops nothing of theirs.
  const isLeft = ({ status }: NodeRecord): boolean => status === 'removing' && snapshot.host === undefined;
  const leaving = new Set(snapshot.nodes.filter(isLeft).map(({ id }) => id));
  const open = (await unclaimedContainers(stores, snapshot)).filter(({ nodeId }) => !leaving.has(nodeId));
  if (open.length === 0) return;
  await stores.containers.setState(
    open.filter(({ state }) => state === 'retiring').map(({ id }) => id),
    'retiring',
    drainEnd(parts),
  );
  await enqueueWithin(stores, {
    id: parts.newId(),
    formation: snapshot.formation,
    kind: retireKind,
    params: { containers: open.map(({ id }) => id) },
    actor: actorOf(operation),
  });
}
