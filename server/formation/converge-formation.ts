import type { NodeReport } from '../../provisioner/engine.js';
import type { OperationContext } from '../operation/operation-context.js';
import type { FormationRecord } from '../store/app/formation-store.js';
import type { NodeRecord } from '../store/infrastructure/node-store.js';
import type { OperationRecord } from '../store/operations/operation-store.js';
import type { UserRecord } from '../store/people/user-store.js';
import { checkRecipes } from './converge/check-recipes.js';
import { convergeInLevels } from './converge/converge-in-levels.js';
import { deadlines, waits } from './context/deadlines.js';
import { enqueueOperation } from './requests/enqueue-operation.js';
import type { FormationParts } from './context/formation-parts.js';
import { requireSnapshot, withFormationWork, type FormationWork } from './context/formation-work.js';
import { OperationFailure } from '../operation/operation-errors.js';
import { probeNodes } from './nodes/probe-nodes.js';
import { requireConverged } from './converge/require-converged.js';
import { tellFormer } from './converge/tell-former.js';
import { convergeKind } from './requests/kinds/converge.js';

/** Queues a converge of all nodes. */
export async function convergeFormation(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return enqueueOperation(parts, { actor: { userId: user.id }, formation, kind: convergeKind }, () =>
    Promise.resolve(),
  );
}

/**
 * Makes every node what the databag says, level by level, changing no desired state: a second converge
 * changes nothing. The result tells what changed on each. @throws OperationFailure naming each node that
 * failed or cannot be reached
 */
export async function carryOutConverge(
  parts: FormationParts,
  context: OperationContext,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (run) => {
    await context.step('probe', deadlines.probe, (signal) => probeNodes(run, signal));
    const reports = await context.step('converge', deadlines.converge, async (signal) => {
      const converged = await convergeReady(run, signal);
      await tellFormer(run, signal);
      return converged;
    });
    for (const { node, changed, outcome } of reports)
      context.line(`       ${node}: ${outcome === 'ok' ? `${changed} changed` : outcome}`);
    requireConverged(context, 'not all nodes converged', reports);
    refuseLost((await requireSnapshot(parts.stores, run.formationId)).nodes);
    return {
      nodes: reports.map(({ node, changed, failed, resources }) => ({
        node,
        changed,
        failed,
        resources: resources.length,
      })),
    };
  });
}

/** No node is touched when a recipe of an operator's cookbook does not work for one of them. */
async function convergeReady(run: FormationWork, signal: AbortSignal): Promise<NodeReport[]> {
  const broken = await checkRecipes(run, isReady, 'converge');
  return broken.length > 0
    ? broken
    : convergeInLevels(run, {
        nodes: (snapshot) => snapshot.nodes.filter(isReady),
        action: 'converge',
        deadlineMs: waits.converge,
        signal,
      });
}

function isReady({ status }: NodeRecord): boolean {
  return status === 'ready';
}

function refuseLost(nodes: readonly NodeRecord[]): void {
  const lost = nodes.filter(({ status }) => status === 'lost');
  if (lost.length === 0) return;
  const reasons = lost.map(({ name, lastError }) => `${name} (${lastError ?? 'no answer'})`);
  throw new OperationFailure(`cannot be reached: ${reasons.join(', ')}`, {
    node: lost.map(({ name }) => name).join(', '),
  });
}
