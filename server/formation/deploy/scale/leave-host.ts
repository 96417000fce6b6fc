import { OperationFailure } from '../../../operation/operation-errors.js';
import type { LayerKind } from '../../../../cookbooks/recipe.js';
import type { FormationSnapshot } from '../../../store/app/formation-snapshot.js';
import type { Stores } from '../../../store/stores.js';
import { waits } from '../../context/deadlines.js';
import { snapshotOf, type FormationWork } from '../../context/formation-work.js';
import { convergeNodes } from '../../converge/converge-nodes.js';
import { requireConverged } from '../../converge/require-converged.js';
import { readyNodes } from '../../databag/snapshot-view.js';

/** Proxies first: nobody is sent to containers that are gone. */
const kinds: readonly LayerKind[] = ['proxy', 'runtime'];

/**
 * Takes a guest that is being destroyed, or that lives elsewhere, off the nodes of a host: its site, containers,
 * network and files. Safe to repeat. @throws OperationFailure naming each node where something of it is left
 */
export async function leaveHost(run: FormationWork, signal: AbortSignal): Promise<void> {
  for (const kind of kinds) {
    const reports = await convergeNodes(run, {
      change: forgetContainers,
      nodes: (now) => readyNodes(now, kind),
      action: 'leave',
      deadlineMs: waits.remove,
      signal,
    });
    requireConverged(run.context, 'what it has on the nodes could not be removed', reports);
  }
  const { nodes, host, formation } = await snapshotOf(run);
  const lost = nodes.filter(({ status }) => status === 'lost').map(({ name }) => name);
  if (lost.length === 0) return;
  const gone = host === undefined ? `taken out by \`deis nodes:destroy NODE -f ${formation.name}\`` : 'gone';
  throw new OperationFailure(
    `${lost.join(', ')} of ${host?.name ?? 'its own nodes'} cannot be reached, and may hold something of it. ` +
      `The same command again goes on once it is back, or ${gone}`,
    { node: lost.join(', ') },
  );
}

/** Rows of what it has there go with it, as each node confirms. */
async function forgetContainers(stores: Stores, { nodes, containers }: FormationSnapshot): Promise<boolean> {
  const here = new Set(nodes.map(({ id }) => id));
  const left = containers.filter(({ nodeId }) => here.has(nodeId));
  await stores.containers.setState(
    left.map(({ id }) => id),
    'removing',
  );
  return true;
}
