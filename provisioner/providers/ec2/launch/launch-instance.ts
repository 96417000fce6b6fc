import type { Instance } from '@aws-sdk/client-ec2';
import { RemoteFailure } from '../../../../base/errors.js';
import type { NodeLaunch } from '../../../provider.js';
import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';
import { capacityCodes, ec2Failure, isAwsError, isBusy, isPassing } from '../account/ec2-errors.js';
import { isEnded, type InstanceView } from './instance-view.js';
import { choiceCount, intentOf, parseIntent, type Ec2Intent, type LaunchChoices } from './launch-intent.js';
import { repeatWhile } from './repeat-while.js';
import { runInstance, type RunClocks, type RunTools } from './run-instance.js';
import { clientToken } from './run-instances-input.js';

export interface LaunchClocks extends RunClocks {
  /** Until an accepted launch must run. */
  readonly runningMs: number;
}

export interface LaunchTools extends RunTools {
  readonly view: InstanceView;
  readonly clocks: LaunchClocks;
  readonly choices: LaunchChoices;
  readonly onCloudId: (cloudId: string) => Promise<void>;
}

/**
 * Makes the node's instance run: exactly one, however often it is asked and whatever answers are lost,
 * because each call is written down first and repeated with its own client token. Lack of capacity leads to
 * the next zone, then to the next type. Everything else stops at once.
 * @throws RemoteFailure in AWS's own words
 */
export async function launchInstance(launch: NodeLaunch, tools: LaunchTools): Promise<Instance> {
  const known = await findLaunched(launch, tools);
  let intent = firstIntent(launch, tools.choices);
  if (known !== undefined) return settle(launch, tools, intent, known);
  let refusal: RemoteFailure | undefined;
  const without = new Set<string>();
  // One more than there are choices: the first may be one of an earlier attempt, used up by now.
  for (let tries = 0; tries <= choiceCount(tools.choices); tries += 1) {
    await launch.journal.save(intent);
    const outcome = await attempt(launch, tools, intent);
    if (!(outcome instanceof NextChoice)) return outcome;
    refusal = outcome.failure ?? refusal;
    if (outcome.failure !== undefined) without.add(`${intent.type} in ${intent.zone}`);
    await launch.journal.save({ ...intent, refused: true });
    intent = intentOf(tools.choices, intent.attempt + 1);
  }
  await launch.journal.save({ ...intent, refused: true });
  throw noneLeft(launch, [...without], refusal);
}

/** All choices are named, not the last alone, whose words are AWS's. */
function noneLeft({ name: node }: NodeLaunch, without: string[], last?: RemoteFailure): RemoteFailure {
  const details = { node, command: 'RunInstances', phase: 'exit' as const, cause: last };
  if (last === undefined) return new RemoteFailure(`${node}: EC2 started no instance`, details);
  if (without.length < 2) return last;
  const all = without.sort().join(', ');
  return new RemoteFailure(`${last.message} (there was no ${all})`, details);
}

/** What was written down last, when AWS may have heard of it; else the choice as the flavor gives it now. */
function firstIntent({ journal }: NodeLaunch, choices: LaunchChoices): Ec2Intent {
  const last = parseIntent(journal.last);
  return last === null || last.refused === true ? intentOf(choices, last?.attempt ?? 0) : last;
}

/** This attempt is over, another may do: why AWS had nothing to give, where that was the reason. */
class NextChoice {
  constructor(readonly failure?: RemoteFailure) {}
}

/** Of an earlier attempt whose answer was lost, or whose controller died. */
async function findLaunched(
  launch: NodeLaunch,
  { api, view, clocks, signal }: LaunchTools,
): Promise<string | undefined> {
  if (launch.journal.last === null) return undefined;
  const found = await repeatWhile(isBusy, () => view.ofNode(api, launch.uuid, signal), {
    deadlineMs: clocks.runningMs,
    pollMs: clocks.pollMs,
    what: `to hear of ${launch.name}`,
    signal,
  });
  return found.find((instance) => !isEnded(instance))?.InstanceId;
}

async function attempt(
  launch: NodeLaunch,
  tools: LaunchTools,
  intent: Ec2Intent,
): Promise<Instance | NextChoice> {
  let id: string;
  try {
    id = await runInstance(launch, tools, intent);
  } catch (error) {
    tools.signal.throwIfAborted();
    if (isAwsError(error, ...capacityCodes))
      return new NextChoice(
        ec2Failure(error, launch.name, `RunInstances (${intent.type} in ${intent.zone})`),
      );
    // The token's instance has ended meanwhile: it will never give another.
    if (isAwsError(error, 'IdempotentInstanceTerminated')) return new NextChoice();
    if (!isAwsError(error, 'IdempotentParameterMismatch')) throw await refused(launch, intent, error);
    // The flavor was changed since: what was launched with the token then is the node, if it lives.
    const [alive] = (await byToken(launch, tools, intent)).filter((instance) => !isEnded(instance));
    if (alive === undefined) return new NextChoice();
    id = alive.InstanceId!;
  }
  return settleOrNext(launch, tools, intent, id);
}

/** A refusal that names its reason made no machine: written down, so that nobody looks for one. */
async function refused(launch: NodeLaunch, intent: Ec2Intent, error: unknown): Promise<unknown> {
  if (
    isPassing(error) ||
    error instanceof RemoteFailure ||
    error instanceof WaitDeadline ||
    !(error instanceof Error)
  )
    return error;
  await launch.journal.save({ ...intent, refused: true });
  return '$fault' in error ? ec2Failure(error, launch.name) : error;
}

async function byToken(
  launch: NodeLaunch,
  { api, clocks, placement, signal }: LaunchTools,
  intent: Ec2Intent,
): Promise<Instance[]> {
  const Filters = [{ Name: 'client-token', Values: [clientToken(placement.instance, launch, intent)] }];
  const ask = () =>
    api.client.send(new api.sdk.DescribeInstancesCommand({ Filters }), { abortSignal: signal });
  const { Reservations = [] } = await repeatWhile(isBusy, ask, {
    deadlineMs: clocks.runningMs,
    pollMs: clocks.pollMs,
    what: `to hear of ${launch.name}`,
    signal,
  });
  return Reservations.flatMap((reservation) => reservation.Instances ?? []);
}

async function settle(
  launch: NodeLaunch,
  tools: LaunchTools,
  intent: Ec2Intent,
  id: string,
): Promise<Instance> {
  const outcome = await settleOrNext(launch, tools, intent, id);
  if (!(outcome instanceof NextChoice)) return outcome;
  throw (
    outcome.failure ??
    new RemoteFailure(
      `${launch.name} (${id}) ended while launching; the same command again launches another`,
      { node: launch.name, command: 'RunInstances', phase: 'exit' },
    )
  );
}

/**
 * Saves the id, then waits until the instance runs. A launch can fail after it was accepted: pending, then
 * terminated with a reason.
 */
async function settleOrNext(
  launch: NodeLaunch,
  tools: LaunchTools,
  intent: Ec2Intent,
  id: string,
): Promise<Instance | NextChoice> {
  const { api, view, clocks, signal, onCloudId } = tools;
  await onCloudId(id);
  // Absent: EC2 does not know its own launch yet.
  const look = async (): Promise<Instance | undefined> =>
    settled((await view.ofFormation(api, launch.formation)).get(id));
  const end = performance.now() + clocks.runningMs;
  const instance = await repeatWhile(
    // EC2 has accepted the launch: a look that fails tells nothing of it.
    (error) => isPassing(error) || isAwsError(error, 'AbortError'),
    () =>
      waitUntil(look, {
        deadlineMs: Math.max(0, end - performance.now()),
        intervalMs: clocks.pollMs,
        what: `${launch.name} (${id}) to run`,
        signal,
      }),
    { deadlineMs: clocks.runningMs, pollMs: clocks.pollMs, what: `${launch.name} to run`, signal },
  );
  if (!isEnded(instance)) return instance;
  const { Code: code = '', Message: why = 'EC2 gave no reason' } = instance.StateReason ?? {};
  const failure = new RemoteFailure(`${launch.name} (${id}) ended while launching: ${why}`, {
    node: launch.name,
    command: 'RunInstances',
    phase: 'exit',
  });
  // Ended long ago, by somebody: only a launch of this very attempt may go on to the next.
  if (
    capacityCodes.includes(code) ||
    code === 'Client.UserInitiatedShutdown' ||
    code.startsWith('Server.Spot')
  )
    return new NextChoice(failure);
  await launch.journal.save({ ...intentOf(tools.choices, intent.attempt + 1), refused: true });
  throw failure;
}

/** The instance when it runs with an address, or has ended. */
function settled(instance: Instance | undefined): Instance | undefined {
  if (instance === undefined) return undefined;
  const isThere = instance.State?.Name === 'running' && instance.PrivateIpAddress !== undefined;
  return isThere || isEnded(instance) ? instance : undefined;
}
