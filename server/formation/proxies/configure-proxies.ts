import type { OperationContext } from '../../operation/operation-context.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import { tellFormer } from '../converge/tell-former.js';
import { deadlines, waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { withFormationWork } from '../context/formation-work.js';
import { readyNodes } from '../databag/snapshot-view.js';
import { enqueueOperation } from '../requests/enqueue-operation.js';
import { configureProxiesKind } from '../requests/kinds/configure-proxies.js';

/**
 * Writes what proxies serve, and queues the operation that brings it to them. @param action what changes, e.g.
 * `add example.com` @throws what `write` throws: nothing is written then
 */
export async function changeProxies(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
  action: string,
  write: (stores: Stores) => Promise<void>,
): Promise<OperationRecord> {
  return enqueueOperation(
    parts,
    { actor: { userId: user.id }, formation, kind: configureProxiesKind, params: { action } },
    async (stores) => {
      await write(stores);
      await stores.autoCerts.lookAt(formation.id, parts.now());
      await stores.formations.bumpGeneration(formation.id);
    },
  );
}

/**
 * Converges the proxies alone; each has shown that it serves the new site when this ends. @throws
 * OperationFailure naming those that do not
 */
export async function carryOutProxies(
  parts: FormationParts,
  context: OperationContext,
  { action }: { readonly action: string },
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    const reports = await context.step('proxies', deadlines.converge, async (signal) => {
      const own = await convergeNodes(run, {
        nodes: (snapshot) => readyNodes(snapshot, 'proxy'),
        action,
        deadlineMs: waits.converge,
        signal,
      });
      await tellFormer(run, signal);
      return own;
    });
    requireConverged(context, `not all proxies took the change (${action})`, reports);
    return { proxies: reports.map(({ node }) => node) };
  });
}
