import { messageOf } from '../../../base/errors.js';
import { isHandover, OperationFailure, Superseded } from '../../operation/operation-errors.js';
import type { OperationContext } from '../../operation/operation-context.js';
import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import { readDeploy, type Crossing, type DeployWork } from './deploy-work.js';
import type { Scale } from '../../store/app/formation-store.js';
import { heldScale } from './held-scale.js';
import { withFormationWork, type FormationWork } from '../context/formation-work.js';
import type { FormationParts } from '../context/formation-parts.js';
import { makeLive } from './make-live.js';
import { missingNodes, nodesHint, type MissingNodes } from '../placement/missing-nodes.js';
import { readCarried } from './measured-use.js';
import type { PlacementOptions } from '../placement/place-containers.js';
import { guestProblem } from '../placement/quota.js';
import { roomProblem } from '../placement/room-on-nodes.js';
import { wantedContainers } from '../placement/wanted-containers.js';
import { awaitServices } from '../services/await-services.js';
import { enterReleasePhase } from './enter-release-phase.js';
import { prefetchRelease } from './prefetch-release.js';
import { runPostdeploy } from './run-postdeploy.js';
import { processTypes } from '../databag/process-types.js';
import { probeNodes } from '../nodes/probe-nodes.js';
import { deadlines, waits } from '../context/deadlines.js';
import { openNodes, readyNodes } from '../databag/snapshot-view.js';
import { ofType, proxiedType } from '../databag/tcp-mode.js';
import { startContainers } from './start-containers.js';
import { trialDeadline } from '../proxies/try-backends.js';
import { startDeadline } from './start-deadline.js';
import { switchProxies } from './switch-proxies.js';
import { passOnStep, undoStep } from '../context/steps.js';
import { undoDeploy } from './undo-deploy.js';

export interface DeployResult extends Record<string, unknown> {
  /** Version. */
  readonly release: number;
  /** `pending`: cut, but there is nothing to run or nowhere to run it; `hint` says what to do. */
  readonly state: 'live' | 'pending';
  /** Containers of it that serve. */
  readonly containers: number;
  /** Process types of it that run nowhere yet, for want of a node with their tags. Absent: none. */
  readonly waiting?: readonly string[];
  readonly hint?: string;
  /** It was live with all that was asked for: nothing was done. */
  readonly unchanged?: true;
}

export interface DeployOptions extends Pick<PlacementOptions, 'evenly' | 'replaces'> {
  /** By default what serves already may be started anew, whatever a guest's quota has become. */
  readonly isScale?: boolean;
  readonly crossing?: Crossing | undefined;
}

const pushHint = 'no build yet: push code with `git push deis HEAD:master`, and it runs with this config';

/**
 * Deploys a release, or makes the live one's containers what the scale says: probe, prefetch, release phase,
 * start, switch, live, then the old containers retire in an operation of their own; an app's first deploy ends
 * with postdeploy of its app.json. Process types for which no node has what they ask for wait, and what runs of them
 * stays, as long as another type can be placed. All or nothing: when a phase before that fails, new containers go, the
 * old
 * ones were never touched (or serve again), the release is marked failed with the evidence, and the failure is
 * thrown. Safe to call again after the controller was killed at any point.
 * @throws OperationFailure naming each node that failed; Superseded when a newer release made this one
 * needless
 */
export async function deployRelease(
  parts: FormationParts,
  context: OperationContext,
  request: { readonly releaseId: number },
): Promise<DeployResult> {
  try {
    return await withFormationWork(parts, context, (run) => deployWithin(run, request.releaseId));
  } catch (error) {
    if (!isHandover(error)) await failPending(parts, context, request.releaseId, error);
    throw error;
  }
}

/** What was broken off before it began to change anything is not pending for ever. */
async function failPending(
  { stores }: FormationParts,
  context: OperationContext,
  releaseId: number,
  error: unknown,
): Promise<void> {
  const release = await stores.releases.byId(releaseId);
  if (release?.state !== 'pending') return;
  await context.cleanupStep(undoStep, deadlines.live, () =>
    stores.releases.setState(releaseId, 'failed', messageOf(error)),
  );
}

/** As deployRelease, within an operation that does more than that. */
export async function deployWithin(
  run: FormationWork,
  releaseId: number,
  { evenly = false, replaces = () => false, isScale = false, crossing }: DeployOptions = {},
): Promise<DeployResult> {
  const { release, snapshot } = await readDeploy({ ...run, releaseId });
  const deploy: DeployWork = {
    ...run,
    releaseId,
    fetched: new Set(),
    started: new Set(),
    retired: new Set(),
    wasLive: snapshot.formation.liveReleaseId === releaseId,
    carried: await readCarried(run.parts, snapshot),
    evenly,
    replaces,
    isScale,
    scale: await heldScale(run, snapshot, release, isScale),
    crossing,
  };
  if (release.state === 'superseded')
    throw new Superseded(release.reason ?? `v${release.version} was superseded`);
  if (release.build === null) return pending(run, release, pushHint);
  const result = await carryOutOrUndo(deploy, release);
  if (result.state === 'live') await runPostdeploy(deploy);
  return result;
}

async function carryOutOrUndo(deploy: DeployWork, release: SnapshotRelease): Promise<DeployResult> {
  try {
    if (release.state === 'failed')
      throw new OperationFailure(release.reason ?? `v${release.version} has failed`, {});
    return await carryOut(deploy, release);
  } catch (error) {
    if (isHandover(error)) throw error;
    const serving = await undoDeploy(deploy, error);
    if (serving === undefined) throw error;
    return live(deploy, release, serving);
  }
}

async function carryOut(deploy: DeployWork, release: SnapshotRelease): Promise<DeployResult> {
  const { context } = deploy;
  await context.step('probe', deadlines.probe, (signal) => probeNodes(deploy, signal));
  const { snapshot } = await readDeploy(deploy);
  const hasNodes = readyNodes(snapshot, 'runtime').length > 0;
  const wanted = wantedContainers(scaleOf(deploy, snapshot), release.build);
  const missing = missingNodes(snapshot, release, wanted);
  const isDown = snapshot.containers.every(({ state }) => state === 'retiring' || state === 'removing');
  if (missing.areAll && isDown && !(hasNodes && deploy.wasLive))
    return pending(deploy, release, missing.reasons.join('. '));
  const problem = problemOf(deploy, snapshot, release, { wanted, missing });
  if (problem !== undefined) throw new OperationFailure(problem, {});
  if (hasNodes) for (const reason of missing.reasons) context.line(` !     ${reason}`);
  const startMs = startDeadline(release, deploy.facts.healthSeconds) + deadlines.start - waits.start;
  await context.step('prefetch', deadlines.prefetch, (signal) => prefetchRelease(deploy, signal));
  await awaitServices(deploy);
  await enterReleasePhase(deploy);
  await context.step('start', startMs, (signal) => startContainers(deploy, signal));
  const type = proxiedType(snapshot.formation.proxySettings);
  const tried = trialDeadline(ofType(release.health, type), ofType(scaleOf(deploy, snapshot), type) ?? 1);
  await switchOver(deploy, deadlines.switch + tried);
  const containers = await context.step('live', deadlines.live, (signal) =>
    makeLive(deploy, { becomesLive: hasNodes, signal }),
  );
  if (!hasNodes) return pending(deploy, release, nodesHint(snapshot, release));
  sayWhatStopped(deploy, release, snapshot);
  return live(deploy, release, containers, missing.types);
}

async function switchOver(deploy: DeployWork, deadlineMs: number): Promise<void> {
  const { context, crossing } = deploy;
  await context.step('switch', deadlineMs, (signal) => switchProxies(deploy, signal));
  if (crossing === undefined) return;
  await context.step(passOnStep, deadlines.switch, (signal) => crossing.passOn(signal));
}

function scaleOf({ scale }: DeployWork, { formation }: FormationSnapshot): Scale {
  return scale ?? formation.scale;
}

/** Why the release is not to be deployed: what serves goes on then. */
function problemOf(
  deploy: DeployWork,
  snapshot: FormationSnapshot,
  release: SnapshotRelease,
  { wanted, missing }: { readonly wanted: ReadonlyMap<string, number>; readonly missing: MissingNodes },
): string | undefined {
  const { wasLive, isScale } = deploy;
  const hasNodes = readyNodes(snapshot, 'runtime').length > 0;
  if (hasNodes && openNodes(snapshot).length === 0)
    return (
      'every runtime node is cordoned or drained: let one take containers with ' +
      '`deis nodes:uncordon NODE`, or add one with `deis layers:scale`'
    );
  return (
    (hasNodes && !wasLive && missing.areAll ? missing.reasons.join('. ') : undefined) ??
    roomProblem(snapshot, wanted, release.tags) ??
    (wasLive && !isScale ? undefined : guestProblem(snapshot, wanted, release))
  );
}

/** A process type that served, and that the new release does not have, goes: who pushed may not have meant that. */
function sayWhatStopped(
  { context }: FormationWork,
  { version, build }: SnapshotRelease,
  { containers }: FormationSnapshot,
): void {
  const types = processTypes(build?.procfile);
  const stopped = containers.filter(({ state, type }) => state === 'serving' && !types.includes(type));
  for (const type of new Set(stopped.map((container) => container.type)))
    context.line(` !     ${type} was stopped: the Procfile of v${version} does not have it`);
}

/** @param waiting process types of it that have no node */
function live(
  { context }: FormationWork,
  { version, build }: SnapshotRelease,
  containers: number,
  waiting: readonly string[] = [],
): DeployResult {
  context.line(`       v${version} is live with ${containers} container${containers === 1 ? '' : 's'}`);
  const result = { release: version, state: 'live' as const, containers };
  if (waiting.length > 0) {
    const hint = waitingHint(version, waiting);
    context.line(` !     ${hint}`);
    return { ...result, waiting, hint };
  }
  const types = processTypes(build?.procfile);
  if (containers > 0 || types.length === 0) return result;
  const counts = types.map((type) => `${type}=1`).join(' ');
  const hint = `nothing of it runs yet: start it with \`deis scale ${counts}\``;
  context.line(`       ${hint}`);
  return { ...result, hint };
}

function waitingHint(version: number, types: readonly string[]): string {
  const [names, they] = [types.join(', '), types.length === 1 ? 'it follows' : 'they follow'];
  return (
    `v${version} runs without ${names}: ${they} as soon as a node has what is asked for, and what still runs ` +
    'of an earlier release goes on until then'
  );
}

function pending(
  { context }: FormationWork,
  { version, state }: SnapshotRelease,
  hint: string,
): DeployResult {
  context.line(`       v${version}: ${hint}`);
  return { release: version, state: state === 'live' ? 'live' : 'pending', containers: 0, hint };
}
