import { RemoteFailure } from '../../../../base/errors.js';
import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';
import type { NodeLaunch } from '../../../provider.js';
import type { TokenBucket } from '../../../token-bucket.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError, isPassing } from '../account/ec2-errors.js';
import type { Ec2Intent } from './launch-intent.js';
import { runInstancesInput, type LaunchPlacement } from './run-instances-input.js';

export interface RunClocks {
  /** Until a call without an answer, or one that is throttled, is given up. */
  readonly answerMs: number;
  /** Until AWS must know a group that was just made. */
  readonly settleMs: number;
  readonly pollMs: number;
}

export interface RunTools {
  readonly api: Ec2Api;
  readonly bucket: TokenBucket;
  readonly clocks: RunClocks;
  readonly placement: LaunchPlacement;
  readonly signal: AbortSignal;
}

/**
 * Asks EC2 for the machine of an intent, by the very same call while its answers are lost or throttled. Resolves to
 * the machine's id. @throws what EC2 refuses it with; RemoteFailure when it gave no answer in time
 */
export async function runInstance(
  launch: NodeLaunch,
  { api, bucket, clocks, placement, signal }: RunTools,
  intent: Ec2Intent,
): Promise<string> {
  const input = runInstancesInput(launch, intent, placement);
  let last: unknown;
  const knownBy = performance.now() + clocks.settleMs;
  const isTooNew = (error: unknown): boolean =>
    isAwsError(error, 'InvalidGroup.NotFound') && performance.now() < knownBy;
  const once = async (): Promise<string | undefined> => {
    try {
      const answer = await bucket.run(
        () => api.once.send(new api.sdk.RunInstancesCommand(input), { abortSignal: signal }),
        { signal, deadlineMs: clocks.answerMs, what: `a turn to launch ${launch.name}` },
      );
      return answer.Instances?.[0]?.InstanceId;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WaitDeadline || !(isTooNew(error) || isPassing(error))) throw error;
      last = error;
      return undefined;
    }
  };
  try {
    return await waitUntil(once, {
      deadlineMs: clocks.answerMs,
      intervalMs: clocks.pollMs,
      what: `EC2 to answer about ${launch.name}`,
      signal,
    });
  } catch (error) {
    if (!(error instanceof WaitDeadline) || last === undefined) throw error;
    throw new RemoteFailure(
      `${launch.name}: EC2 gave no answer to RunInstances (${(last as Error).name}: ` +
        `${(last as Error).message}). Whether it launches is not known; the same command again finds out`,
      { node: launch.name, command: 'RunInstances', phase: 'deadline', cause: last },
    );
  }
}
