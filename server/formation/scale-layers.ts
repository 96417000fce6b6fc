import { UserError } from '../../cookbooks/errors.js';
import { isHandover } from '../operation/operation-errors.js';
import type { OperationContext } from '../operation/operation-context.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { NodeRecord } from '../store/node-store.js';
import type { OperationRecord } from '../store/operation-store.js';
import type { UserRecord } from '../store/user-store.js';
import { bootNodes } from './boot-nodes.js';
import { chooseTarget } from './choose-target.js';
import { convergeInLevels } from './converge-in-levels.js';
import { describeReport } from './converge-failure.js';
import { deadlines } from './deadlines.js';
import { deployWithin, type DeployResult } from './deploy-release.js';
import { nodesFailure, type NodeFailure } from './each-node.js';
import { enqueueOperation } from './enqueue-operation.js';
import type { NodeReport } from '../../provisioner/converge/node-report.js';
import type { FormationParts } from './formation-parts.js';
import { requireSnapshot, withFormationRun, type FormationRun } from './formation-run.js';
import { launchNodes, planNodes } from './launch-nodes.js';
import { drainContainers, removeContainers } from './retire-containers.js';
import { terminateNodes } from './terminate-nodes.js';
import { checkCounts } from './check-counts.js';

const maxNodes = 200;
const repeatHint = 'What succeeded is kept; the same command again finishes the rest';

/** Writes down how many nodes each layer shall have and queues the work. @throws UserError for an unknown layer or a count that is none */
export async function scaleLayers(parts: FormationParts, user: UserRecord, formation: FormationRecord, counts: Readonly<Record<string, number>>): Promise<OperationRecord> {
  checkCounts(counts, maxNodes, 'nodes');
  return enqueueOperation(parts, { user, formation, kind: 'scale-layers', params: { counts } }, async (stores) => {
    const layers = await stores.layers.ofFormation(formation.id);
    for (const [name, count] of Object.entries(counts)) {
      const layer = layers.find((candidate) => candidate.name === name);
      if (layer === undefined) throw new UserError(`there is no layer ${JSON.stringify(name)}: layers are ${layers.map((each) => each.name).join(', ') || 'none yet'}`, { field: name });
      await stores.layers.setCount(layer.id, count);
    }
  });
}

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
      failures.push(...(await context.step('converge', deadlines.converge, (signal) => convergeAll(run, failures, signal))));
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

/**
 * Tells every node about the new ones (firewalls, backends); new nodes that converge are ready. A node that was ready and cannot
 * be reached holds up nobody here: the deploy's probe finds it lost. Resolves to the failures.
 */
async function convergeAll(run: FormationRun, failed: readonly NodeFailure[], signal: AbortSignal): Promise<NodeFailure[]> {
  const without = new Set(failed.map(({ node }) => node));
  const isIncluded = ({ name, status }: NodeRecord): boolean => (status === 'ready' || status === 'booting') && !without.has(name);
  const { nodes } = await requireSnapshot(run.parts.stores, run.formationId);
  const isNew = (name: string): boolean => nodes.some((node) => node.name === name && node.status === 'booting');
  const isTolerable = ({ node, outcome }: NodeReport): boolean => outcome === 'unreachable' && !isNew(node);
  if (!nodes.some(isIncluded)) return [];
  run.context.line(`-----> Converging ${nodes.filter(isIncluded).length} nodes`);
  const reports = await convergeInLevels(
    run,
    { nodes: (snapshot) => snapshot.nodes.filter(isIncluded), change: () => Promise.resolve(nodes.some(({ status }) => status === 'booting')), action: 'converge', deadlineMs: deadlines.converge, signal },
    isTolerable,
  );
  const done = new Set(reports.filter(({ outcome }) => outcome === 'ok').map(({ node }) => node));
  for (const node of nodes.filter(({ name }) => isNew(name) && done.has(name))) await run.parts.stores.nodes.update(node.id, { status: 'ready' });
  const untried = nodes.filter((node) => isIncluded(node) && isNew(node.name) && !reports.some((report) => report.node === node.name));
  return [
    ...reports.filter((report) => report.outcome !== 'ok' && !isTolerable(report)).map((report) => ({ node: report.node, error: report.failure ?? new Error(describeReport(report)) })),
    ...untried.map(({ name }) => ({ node: name, error: new Error('not converged, because a node of a lower level failed') })),
  ];
}

/** Spreads the containers over the nodes that are there now; undefined when there is nothing to run yet. */
async function deployOnNodes(run: FormationRun): Promise<DeployResult | undefined> {
  const target = await run.context.step('deploy', deadlines.live, async () => chooseTarget(await requireSnapshot(run.parts.stores, run.formationId)));
  return target === undefined ? undefined : deployWithin(run, target.id);
}

async function drainLeaving(run: FormationRun, signal: AbortSignal): Promise<void> {
  const { nodes, containers } = await requireSnapshot(run.parts.stores, run.formationId);
  const leaving = new Set(nodes.filter(({ status }) => status === 'removing').map(({ id }) => id));
  const ids = containers.filter(({ nodeId }) => leaving.has(nodeId)).map(({ id }) => id);
  if (ids.length === 0) return;
  await drainContainers(run, ids, signal);
  // A machine that is to go need not answer: what cannot be stopped there ends with it.
  await removeContainers(run, ids, signal).catch((error: unknown) => signal.throwIfAborted() ?? run.context.line(` !     ${String(error)}`));
}

async function terminateLeaving(run: FormationRun, signal: AbortSignal): Promise<NodeFailure[]> {
  const snapshot = await requireSnapshot(run.parts.stores, run.formationId);
  const leaving = snapshot.nodes.filter(({ status }) => status === 'removing');
  if (leaving.length === 0) return [];
  run.context.line(`-----> Terminating ${leaving.map(({ name }) => name).join(', ')}`);
  const failures = await terminateNodes(run.parts, snapshot, leaving, signal);
  // Their addresses may be given to others: firewalls must no longer let them in.
  const reports = await convergeInLevels(run, { nodes: (now) => now.nodes.filter(({ status }) => status === 'ready'), action: 'converge', deadlineMs: deadlines.converge, signal });
  return [...failures, ...reports.filter(({ outcome }) => outcome !== 'ok').map((report) => ({ node: report.node, error: report.failure ?? new Error(describeReport(report)) }))];
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
