import type { ProxiedSite } from '../../../../provisioner/node-commands/proxies.js';
import type { ConvergeTarget } from '../../../../provisioner/engine.js';
import { waits } from '../../context/deadlines.js';
import type { NodeFleet } from '../../context/node-fleet.js';

/**
 * Requests under way per backend `address:port`, as a proxy counts them; absent: none. @throws RemoteFailure
 * or UserError when it does not tell
 */
export async function countInFlight(
  fleet: NodeFleet,
  whose: ProxiedSite,
  proxy: ConvergeTarget,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const commands = await fleet.commands(proxy, signal);
  return commands.proxy.inFlight(whose, { deadlineMs: waits.answer, signal });
}
