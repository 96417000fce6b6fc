import { messageOf } from '../../../base/errors.js';
import { waitUntil } from '../../../base/wait-until.js';
import type { OperationContext } from '../../operation/operation-context.js';
import { isHandover, OperationFailure } from '../../operation/operation-errors.js';
import type { FormationSnapshot } from '../../store/app/formation-snapshot.js';
import { groundOf } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import { deadlines, waits } from '../context/deadlines.js';
import type { FormationParts } from '../context/formation-parts.js';
import { requireSnapshot, withFormationWork, workAt, type FormationWork } from '../context/formation-work.js';
import { moveSteps, passOnStep } from '../context/steps.js';
import { convergeNodes } from '../converge/converge-nodes.js';
import { requireConverged } from '../converge/require-converged.js';
import { namesOf } from '../databag/sharing.js';
import { nodesOfKind, readyNodes } from '../databag/snapshot-view.js';
import { deployWithin } from '../deploy/deploy-release.js';
import type { Crossing } from '../deploy/deploy-work.js';
import { chooseTarget } from '../placement/choose-target.js';
import type { MoveParams } from '../requests/kinds/move.js';
import { crossingOf } from './crossing.js';
import { leaveVacant } from './leave-vacant.js';
import { afterMove, moveProblem, publicAddresses, quotaThere } from './plan-move.js';

/**
 * Starts a guest's containers on the nodes of another host beside those that serve, has its proxies serve them, and
 * those of the former host pass on; then the old containers retire. When anything of that fails, or it is cancelled,
 * the former host serves as before, and nothing is left on the other one. Safe to call again after the controller
 * was killed at any point.
 * @throws OperationFailure as a deploy does
 */
export async function carryOutMove(
  parts: FormationParts,
  context: OperationContext,
  params: MoveParams,
): Promise<Record<string, unknown>> {
  let hasBegun = context.operation.attempts > 1;
  const move = async (run: FormationWork): Promise<Record<string, unknown>> => {
    const { formation } = await requireSnapshot(parts.stores, run.formationId);
    // An earlier attempt has crossed: the deploy goes on with it, or puts it back after a cancel.
    if (groundOf(formation) !== params.to)
      await context.step(moveSteps.ready, deadlines.converge, (signal) => requireReady(run, params, signal));
    hasBegun = true;
    await arrive(run, params);
    return told(run, params);
  };
  try {
    return await withFormationWork(parts, context, move, nobodyAborts());
  } catch (error) {
    if (!isHandover(error)) await giveUp(parts, context, params, hasBegun);
    throw error;
  }
}

/** A cancel is heard at the first step, whose failure is put back. */
function nobodyAborts(): AbortSignal {
  return new AbortController().signal;
}

/** The converge that makes the other host's nodes ready has ended; one that is not says so itself. */
async function requireReady(run: FormationWork, params: MoveParams, signal: AbortSignal): Promise<void> {
  const { stores, settings } = run.parts;
  const { ready, to } = params;
  if (ready !== null) {
    const look = async (): Promise<true | undefined> => {
      const converge = await stores.operations.byId(ready);
      return converge === undefined || converge.finishedAt !== null ? true : undefined;
    };
    const what = 'the nodes to be ready for guests';
    await waitUntil(look, { deadlineMs: waits.converge, intervalMs: settings.lookMs, what, signal });
  }
  const { formation } = await requireSnapshot(stores, run.formationId);
  if (formation.formerHostId === to || formation.vacantHostId === to) return;
  throw new OperationFailure('the move was put back: ask for it again', {});
}

async function arrive(run: FormationWork, params: MoveParams): Promise<void> {
  const place = { groundId: params.to, isComing: true };
  const there = await workAt(run, place, nobodyAborts());
  const snapshot = await requireSnapshot(run.parts.stores, run.formationId, [], place);
  const target = chooseTarget(snapshot);
  if (groundOf(snapshot.formation) !== params.to) {
    const problem = moveProblem(snapshot, target, quotaThere(snapshot));
    if (problem !== undefined) throw new OperationFailure(problem, {});
  }
  const crossing = crossingOf(run, params, { runs: Boolean(target?.build) });
  if (!target?.build) return crossWithoutApp(there, crossing);
  const { state, hint } = await deployWithin(there, target.id, { crossing });
  if (state !== 'live') throw new OperationFailure(hint ?? 'its release could not be deployed there', {});
}

/** Nothing of it runs: it has a site alone. */
async function crossWithoutApp(there: FormationWork, crossing: Crossing): Promise<void> {
  const { context } = there;
  await context.step('switch', deadlines.switch, async (signal) => {
    const reports = await convergeNodes(there, {
      change: crossing.cross,
      hosts: crossing.hosts,
      nodes: (now) => readyNodes(now, 'proxy'),
      action: 'move',
      deadlineMs: waits.switch,
      signal,
    });
    requireConverged(context, 'proxies did not take the site', reports);
  });
  await context.step(passOnStep, deadlines.switch, (signal) => crossing.passOn(signal));
}

/**
 * Where the deploy has not put it back already, it lives again where it came from; and nothing of it stays on the
 * other host, save what serves there.
 */
async function giveUp(
  parts: FormationParts,
  context: OperationContext,
  params: MoveParams,
  hasBegun: boolean,
): Promise<void> {
  const deadlineMs = deadlines.undo + deadlines.leave + parts.settings.drainSeconds * 1000;
  try {
    await context.cleanupStep(moveSteps.leave, deadlineMs, (signal) =>
      withFormationWork(parts, context, (run) => goBack(run, params, hasBegun, signal), signal),
    );
  } catch (trouble) {
    if (isHandover(trouble)) throw trouble;
    context.line(
      ` !     Something of it may be left there: ${messageOf(trouble)}. ` +
        `\`deis formations:move ${context.operation.formationName} --finish\` removes it`,
    );
  }
}

async function goBack(
  run: FormationWork,
  params: MoveParams,
  hasBegun: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { parts, formationId } = run;
  const crossing = crossingOf(run, params, { runs: false });
  const undo = async (stores: Stores): Promise<boolean> => {
    const place = { groundId: params.to, isComing: true };
    const there = await requireSnapshot(stores, formationId, [], place);
    if (groundOf(there.formation) !== params.to || servesAmong(there)) return false;
    await crossing.crossBack(stores);
    return true;
  };
  if (await parts.stores.withFormationLock(formationId, undo, crossing.hosts))
    await crossing.takeBack(signal);
  await leaveVacant(run, hasBegun, signal);
}

/** Of these nodes. */
function servesAmong({ nodes, containers }: FormationSnapshot): boolean {
  const here = new Set(nodes.map(({ id }) => id));
  return containers.some(({ nodeId, state }) => here.has(nodeId) && state === 'serving');
}

/** Says what has become of it, and what is left to do outside of the platform. */
async function told(run: FormationWork, params: MoveParams): Promise<Record<string, unknown>> {
  const { stores } = run.parts;
  const now = await requireSnapshot(stores, run.formationId);
  const former = await requireSnapshot(stores, run.formationId, [], { groundId: params.from });
  const names = namesOf(now, run.facts.domain);
  const [from, to] = [former.host?.name ?? null, now.host?.name ?? null];
  const formation = now.formation.name;
  run.context.line(`       ${formation} lives on ${to ?? 'nodes of its own'}`);
  const proxies = { old: nodesOfKind(former, 'proxy'), now: readyNodes(now, 'proxy') };
  for (const line of afterMove({ formation, from, names, ...proxies })) run.context.line(`       ${line}`);
  return {
    on: to,
    passed_on_by: from,
    names,
    addresses: publicAddresses(proxies.now),
    containers: now.containers.filter(({ state }) => state === 'serving').length,
  };
}
