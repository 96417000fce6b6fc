import type { Instance } from '@aws-sdk/client-ec2';
import type { TerminateRequest } from '../../../provider.js';
import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';
import type { Ec2Api } from '../account/ec2-api.js';
import { isAwsError } from '../account/ec2-errors.js';
import { isEnded, type InstanceView } from './instance-view.js';
import { parseIntent } from './launch-intent.js';

/**
 * Ends every instance of a node, also one whose id never arrived: found by its tag. EC2 may not show a launch
 * of a moment ago yet, or show it and say that there is none, so where one was made or may have been it is
 * looked for, and ended, until `settleMs`. Success when nothing is there. @throws Conflict when it belongs to another
 * controller, else what EC2 answers while it still shows an instance that it does not end
 */
export async function terminateInstances(
  api: Ec2Api,
  view: InstanceView,
  node: TerminateRequest,
  { settleMs, pollMs }: { readonly settleMs: number; readonly pollMs: number },
  signal: AbortSignal,
): Promise<void> {
  const intent = parseIntent(node.intent);
  const mayExist = node.cloudId !== null || (intent !== null && intent.refused !== true);
  /** Of the last look: why an instance that is shown was not ended. */
  let refusal: Error | undefined;
  const end = async (): Promise<true | undefined> => {
    refusal = undefined;
    const found = await view.ending(api, node, signal);
    const alive = found.filter((instance) => !isEnded(instance));
    // One at a time: an id that EC2 does not know spares all others of its call.
    for (const instance of alive) refusal = (await terminate(api, instance, signal)) ?? refusal;
    return refusal === undefined && (found.length > 0 || !mayExist) ? true : undefined;
  };
  try {
    await waitUntil(end, { deadlineMs: settleMs, intervalMs: pollMs, what: `${node.name} to end`, signal });
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    if (refusal !== undefined) throw refusal;
  }
}

/** Resolves to what EC2 says when it does not know the instance. */
async function terminate(
  api: Ec2Api,
  { InstanceId }: Instance,
  abortSignal: AbortSignal,
): Promise<Error | undefined> {
  try {
    await api.client.send(new api.sdk.TerminateInstancesCommand({ InstanceIds: [InstanceId!] }), {
      abortSignal,
    });
    return undefined;
  } catch (error) {
    if (isAwsError(error, 'InvalidInstanceID.NotFound')) return error as Error;
    throw error;
  }
}
