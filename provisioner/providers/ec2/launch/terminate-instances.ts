import type { TerminateRequest } from '../../../provider.js';
import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';
import type { EndingNodes } from './ending-nodes.js';
import { isEnded } from './instance-view.js';
import { parseIntent } from './launch-intent.js';

/**
 * Ends every instance of a node, also one whose id never arrived: found by its tag. EC2 may not show a launch
 * of a moment ago yet, or show it and say that there is none, so where one was made or may have been it is
 * looked for, and ended, until `settleMs`. Success when nothing is there. @throws Conflict when it belongs to another
 * controller, else what EC2 answers while it still shows an instance that it does not end
 */
export async function terminateInstances(
  ending: EndingNodes,
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
    const found = await ending.machinesOf(node, signal);
    const alive = found.filter((instance) => !isEnded(instance));
    const refusals = await Promise.all(alive.map(({ InstanceId }) => ending.end(InstanceId!, signal)));
    refusal = refusals.find((each) => each !== undefined);
    return refusal === undefined && (found.length > 0 || !mayExist) ? true : undefined;
  };
  try {
    await waitUntil(end, { deadlineMs: settleMs, intervalMs: pollMs, what: `${node.name} to end`, signal });
  } catch (error) {
    if (!(error instanceof WaitDeadline)) throw error;
    if (refusal !== undefined) throw refusal;
  }
}
