import { OperationFailure } from '../../operation/operation-errors.js';
import type { OperationContext } from '../../operation/operation-context.js';
import type { LayerKind } from '../../../cookbooks/recipe.js';
import { waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot, withFormationWork } from '../context/formation-work.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import { readyNodes } from '../databag/snapshot-view.js';

/** Proxies first: nobody is sent to containers that are gone. */
const kinds: readonly LayerKind[] = ['proxy', 'runtime'];

/**
 * Takes a guest that is being destroyed off the nodes of its host: its site, containers, network and files. Safe to
 * repeat. @throws OperationFailure naming each node where something of it is left
 */
export async function leaveHost(
  parts: FormationParts,
  context: OperationContext,
  signal: AbortSignal,
): Promise<void> {
  await withFormationWork(parts, context, async (run) => {
    for (const kind of kinds) {
      const reports = await convergeNodes(run, {
        change: async () => true,
        nodes: (now) => readyNodes(now, kind),
        action: 'leave',
        deadlineMs: waits.remove,
        signal,
      });
      requireConverged(context, 'what it has on the nodes could not be removed', reports);
    }
    const { nodes, host } = await requireSnapshot(parts.stores, run.formationId);
    const lost = nodes.filter(({ status }) => status === 'lost').map(({ name }) => name);
    if (lost.length === 0) return;
    throw new OperationFailure(
      `${lost.join(', ')} of ${host?.name ?? 'its host'} cannot be reached, and may hold something of it. ` +
        'The same command again goes on once it is back, or gone',
      { node: lost.join(', ') },
    );
  });
}
