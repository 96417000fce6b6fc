import { isHandover } from '../operation/operation-errors.js';
import type { OperationContext } from '../operation/operation-context.js';
import { bootNodes } from './boot-nodes.js';
import { chooseTarget } from './choose-target.js';
import { convergeNewNodes } from './converge-new-nodes.js';
import { deadlines } from './deadlines.js';
import { deployWithin, type DeployResult } from './deploy-release.js';
import { nodesFailure, type NodeFailure } from './each-node.js';
import type { FormationParts } from './formation-parts.js';
import { requireSnapshot, withFormationRun, type FormationRun } from './formation-run.js';
import { launchNodes, planNodes } from './launch-nodes.js';
import { drainLeaving, terminateLeaving } from './remove-nodes.js';

const repeatHint = 'What succeeded is kept; the same command again finishes the rest';

/**
 * Makes the layers' nodes what their counts say. Up: rows first, launch, boot, converge, then containers spread over the new
 * nodes. Down: containers start elsewhere, proxies switch, the old drain, then nodes terminate and their rows go.
 * Nodes that fail are named at the end; what succeeded is kept, and repeating finishes. Safe to run again at any point.
 */
export async function carryOutScaleLayers(parts: FormationParts, context: OperationContext): Promise<Record<string, unknown>> {
  return withFormationRun(parts, context, async (run) => {
    const failures: NodeFailure[] = [];
    try {
      failures.push(...(await context.step('launch', deadlines.launch, (signal) => planNodes(run, signal).then(() => launchNodes(run, signal)))));
      failures.push(...(await context.step('boot', deadlines.boot, (signal) => bootNodes(run, signal))));
      failures.push(...(await context.step('converge', deadlines.converge, (signal) => convergeNewNodes(run, failures, signal))));
      const deployed = await deployOnNodes(run);
      await context.step('drain', parts.settings.drainSeconds * 1000 + deadlines.drain + deadlines.remove, (signal) => drainLeaving(run, signal));
      failures.push(...(await context.step('terminate', deadlines.terminate, (signal) => terminateLeaving(run, signal))));
      const failure = nodesFailure('not all nodes could be made', failures, repeatHint);
      if (failure !== undefined) throw failure;
      return { counts: await countNodes(run), ...(deployed === undefined ? {} : { deployed }) };
    } catch (error) {
      throw isHandover(error) ? error : withNodeFailures(error, failures);
    }
  });
}

/** Spreads the containers over the nodes that are there now; undefined when there is nothing to run yet. */
async function deployOnNodes(run: FormationRun): Promise<DeployResult | undefined> {
  const target = await run.context.step('deploy', deadlines.live, async () => chooseTarget(await requireSnapshot(run.parts.stores, run.formationId)));
  return target === undefined ? undefined : deployWithin(run, target.id);
}

async function countNodes(run: FormationRun): Promise<Record<string, number>> {
  const { layers, nodes } = await requireSnapshot(run.parts.stores, run.formationId);
  return Object.fromEntries(layers.map((layer) => [layer.name, nodes.filter((node) => node.layerId === layer.id && node.status === 'ready').length]));
}

/** What went wrong with nodes earlier is not lost when a later step fails, too. */
function withNodeFailures(error: unknown, failures: readonly NodeFailure[]): unknown {
  const earlier = nodesFailure('before that, nodes failed', failures);
  return earlier === undefined || (error instanceof Error && failures.some((failure) => error.message.includes(failure.node))) ? error : new AggregateError([error, earlier], '');
}
