import { messageOf, namedMessage } from '../../../base/errors.js';
import { isHandover, OperationCancelled, OperationFailure } from '../../operation/operation-errors.js';
import type { OperationContext } from '../../operation/operation-context.js';
import { bootNodes } from '../nodes/launch/boot-nodes.js';
import { chooseTarget } from '../placement/choose-target.js';
import { convergeNewNodes } from '../nodes/launch/converge-new-nodes.js';
import { deadlines, waits } from '../context/deadlines.js';
import { deployWithin, type DeployResult } from '../deploy/deploy-release.js';
import { moveGuests, type StuckGuest } from '../deploy/scale/move-guests.js';
import { unclaimedContainers } from '../deploy/retire/retire-operation.js';
import { followProxies } from '../deploy/scale/reschedule.js';
import { nodesFailure, type NodeFailure } from '../context/for-each-node.js';
import type { FormationParts } from '../context/formation-parts.js';
import { readFacts, snapshotOf, withFormationWork, type FormationWork } from '../context/formation-work.js';
import { launchNodes, planNodes } from '../nodes/launch/launch-nodes.js';
import { workAtOwn } from '../context/own-nodes.js';
import { withdrawWithin } from '../requests/withdraw-change.js';
import { scaleLayersKind } from '../requests/kinds/scale-layers.js';
import { keepUnreplaced } from '../nodes/replace-node.js';
import { quietMs } from '../nodes/quiet-proxy.js';
import { openKept, openLeaving, quietLeaving, servingProxies } from './quiet-leaving.js';
import { drainLeaving, terminateLeaving } from './remove-nodes.js';

const repeatHint = 'What succeeded is kept; the same command again finishes the rest';

/**
 * Makes the layers' nodes what their counts say. Up: rows first, launch, boot, converge, then containers
 * spread over the new nodes. Down: load balancers hear of proxies that go, containers start elsewhere, proxies
 * switch, the old drain, then nodes terminate and their rows go. Nodes that fail are named at the end; what
 * succeeded is kept, and repeating finishes. Safe to run again at any point.
 */
export async function carryOutScaleLayers(
  parts: FormationParts,
  context: OperationContext,
): Promise<Record<string, unknown>> {
  return withFormationWork(parts, context, async (lives) => {
    const before = await workAtOwn(lives, context.signal);
    const { failures, run, deployed, stuck } = await moveToNodes(before).catch(async (error: unknown) => {
      if (error instanceof OperationCancelled) await putBack(before, error);
      else if (!isHandover(error)) await openLeaving(before);
      throw error;
    });
    const staying = new Set(stuck.map(({ node }) => node.id));
    // Nothing is on the others any more: a cancel comes too late.
    await context.cleanupStep('drain', drainMs(parts), (signal) => drainLeaving(run, signal, staying));
    failures.push(
      ...(await context.cleanupStep('terminate', deadlines.terminate, (signal) =>
        terminateLeaving(run, signal, staying),
      )),
      ...stuck.map(({ node, ...why }) => ({ node: node.name, error: whyItStays(node.name, why) })),
    );
    await tellLost(run);
    const failure = nodesFailure('not all nodes are as they should be', failures, repeatHint);
    if (failure !== undefined) throw failure;
    return { counts: await countNodes(run), ...(deployed === undefined ? {} : { deployed }) };
  });
}

/** New nodes up to the containers that run on them; those that leave have none any more. */
async function moveToNodes(before: FormationWork): Promise<{
  failures: NodeFailure[];
  run: FormationWork;
  deployed: DeployResult | undefined;
  stuck: readonly StuckGuest[];
}> {
  const { failures, run } = await makeNodes(before);
  if (failures.length > 0) await openKept(run, () => keepUnreplaced(run));
  await run.context.step('quiet', quietMs(run) + deadlines.quiet, (signal) => quietLeaving(run, signal));
  const deployed = await deployOnNodes(run).catch((error: unknown) => {
    throw withNodeFailures(error, failures);
  });
  await followProxies(run);
  const stuck = await moveFromGoing(run);
  await openLeaving(run, new Set(stuck.map(({ node }) => node.name)));
  return { failures, run, deployed, stuck };
}

/** Resolves to guests for which nodes stay that are to go. */
async function moveFromGoing(run: FormationWork): Promise<StuckGuest[]> {
  const { destroy, regardless } = scaleLayersKind.read(run.context.operation);
  return (await moveGuests(run)).filter(
    ({ node: { name, status } }) => status === 'removing' && !(regardless === true && name === destroy),
  );
}

function whyItStays(node: string, { guest, problem }: Pick<StuckGuest, 'guest' | 'problem'>): Error {
  return new OperationFailure(
    `it stays, for ${guest} serves there and ${problem}. \`deis nodes:destroy ${node} --confirm=${node}\` takes it ` +
      'out all the same',
    { node },
  );
}

/** After a cancel: the counts are as before, nodes that were to leave stay, and those that have come go. */
async function putBack(run: FormationWork, cancel: OperationCancelled): Promise<void> {
  const { parts, context } = run;
  const served = await servingProxies(run);
  await openKept(run, () => withdrawWithin(parts, context, cancel));
  const beyond = { ...run, context: beyondCancel(context) };
  await context.cleanupStep('quiet', quietMs(run) + deadlines.quiet, (signal) =>
    quietLeaving(beyond, signal, served),
  );
  if (!(await moveBack(beyond))) return openLeaving(run);
  await context.cleanupStep('drain', drainMs(parts), (signal) => drainLeaving(run, signal));
  const failures = await context.cleanupStep('terminate', deadlines.terminate, (signal) =>
    terminateLeaving(run, signal),
  );
  for (const { node, error } of failures)
    context.line(` !     Could not be put back now: ${node}: ${messageOf(error)}`);
}

/**
 * What had moved already, when the cancel came while guests were waited for, leaves nodes that go, and what was to end
 * on
 * those that stay is ended. Resolves to whether nodes may go.
 */
async function moveBack(run: FormationWork): Promise<boolean> {
  const { parts, context } = run;
  const snapshot = await snapshotOf(run);
  const going = new Set(snapshot.nodes.filter(({ status }) => status === 'removing').map(({ id }) => id));
  const own = snapshot.containers.filter(({ state }) => state === 'starting' || state === 'serving');
  const isOccupied = [...own, ...(snapshot.others ?? [])].some(({ nodeId }) => going.has(nodeId));
  if (!isOccupied && (await unclaimedContainers(parts.stores, snapshot)).length === 0) return true;
  try {
    await deployOnNodes(run);
    const [stuck] = await moveFromGoing(run);
    if (stuck !== undefined) throw whyItStays(stuck.node.name, stuck);
    return true;
  } catch (error) {
    if (isHandover(error)) throw error;
    context.line(
      ` !     Containers could not be moved back now: ${messageOf(error)}. Nodes that they are on stay until the ` +
        'next `deis layers:scale`',
    );
    return false;
  }
}

/** Steps of what must be done though the operation was cancelled. */
function beyondCancel(context: OperationContext): OperationContext {
  const step: OperationContext['step'] = (name, deadlineMs, work) =>
    context.cleanupStep(name, deadlineMs, work);
  return {
    operation: context.operation,
    signal: new AbortController().signal,
    step,
    cleanupStep: step,
    doing: (place, resource) => context.doing(place, resource),
    line: (text) => context.line(text),
  };
}

function drainMs({ settings }: FormationParts): number {
  return settings.drainSeconds * 1000 + deadlines.drain + deadlines.remove;
}

/**
 * Launches, boots and converges what is missing, each as far as it goes. Resolves to the failures, and the
 * run with the facts that hold since the launch.
 */
async function makeNodes(before: FormationWork): Promise<{ failures: NodeFailure[]; run: FormationWork }> {
  const { context, parts, formationId, place } = before;
  const failures: NodeFailure[] = [];
  const note = (more: readonly NodeFailure[]): void => {
    for (const { node, error } of more) context.line(` !     ${namedMessage(node, error)}`);
    failures.push(...more);
  };
  const { launched, facts } = await context.step('launch', deadlines.launch, async (signal) => {
    await planNodes(before, signal);
    // Where nodes reach the controller may be known only when their network is there.
    return {
      launched: await launchNodes(before, signal),
      facts: await readFacts(parts, formationId, signal, waits.answer, place),
    };
  });
  note(launched);
  const run: FormationWork = { ...before, facts };
  note(await context.step('boot', deadlines.boot, (signal) => bootNodes(run, signal)));
  note(
    await context.step('converge', deadlines.converge, (signal) => convergeNewNodes(run, failures, signal)),
  );
  return { failures, run };
}

/**
 * Spreads the containers over the nodes that are there now; undefined when there is nothing to run yet, as on nodes
 * that a guest is to move to.
 */
async function deployOnNodes(run: FormationWork): Promise<DeployResult | undefined> {
  if (run.place !== undefined) return undefined;
  const target = await run.context.step('deploy', deadlines.live, async () =>
    chooseTarget(await snapshotOf(run)),
  );
  return target === undefined ? undefined : deployWithin(run, target.id);
}

/** They count as nodes of their layers, and serve nobody. */
async function tellLost(run: FormationWork): Promise<void> {
  const { nodes } = await snapshotOf(run);
  for (const { name, status, lastError } of nodes)
    if (status === 'lost') run.context.line(` !     ${name} is lost: ${lastError ?? 'no answer'}`);
}

async function countNodes(run: FormationWork): Promise<Record<string, number>> {
  const { layers, nodes } = await snapshotOf(run);
  return Object.fromEntries(
    layers.map((layer) => [
      layer.name,
      nodes.filter((node) => node.layerId === layer.id && node.status === 'ready').length,
    ]),
  );
}

/**
 * Which nodes failed earlier is not lost when the deploy fails, too. A cancel or handover stays what it is.
 */
function withNodeFailures(error: unknown, failures: readonly NodeFailure[]): unknown {
  const earlier = nodesFailure('before that, nodes failed', failures, repeatHint);
  return earlier === undefined || !(error instanceof OperationFailure)
    ? error
    : new AggregateError([error, earlier], '');
}
