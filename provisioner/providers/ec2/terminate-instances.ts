import type { Instance } from '@aws-sdk/client-ec2';
import type { TerminateRequest } from '../../provider.js';
import { WaitDeadline, waitUntil } from '../../../base/wait-until.js';
import type { Ec2Api } from './ec2-api.js';
import { isAwsError } from './ec2-errors.js';
import { isEnded, type InstanceView } from './instance-view.js';
import { parseIntent } from './launch-intent.js';

/**
 * Ends every instance of a node, also one whose id never arrived: found by its tag. EC2 may not show a launch
 * of a moment ago yet, so where one was made or may have been it is looked for until `settleMs`. Success when
 * nothing is there, or it belongs to another controller.
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
  const look = async (): Promise<Instance[] | undefined> => {
    const found = await view.ofNode(api, node.uuid, node.cloudId, signal);
    return found.length > 0 || !mayExist ? found : undefined;
  };
  const found = await waitUntil(look, {
    deadlineMs: settleMs,
    intervalMs: pollMs,
    what: `${node.name} to show`,
    signal,
  }).catch((error: unknown) => {
    if (error instanceof WaitDeadline) return [];
    throw error;
  });
  const InstanceIds = found
    .filter((instance) => view.isOurs(instance) && !isEnded(instance))
    .map((instance) => instance.InstanceId!);
  if (InstanceIds.length === 0) return;
  try {
    await api.client.send(new api.sdk.TerminateInstancesCommand({ InstanceIds }), { abortSignal: signal });
  } catch (error) {
    if (!isAwsError(error, 'InvalidInstanceID.NotFound')) throw error;
  }
}
