import { parseProxyStatus, proxyEndpoint } from '../../../cookbooks/deis/definitions/proxy-endpoint.js';
import type { ConvergeTarget } from '../../../provisioner/converge/fleet.js';
import { waits } from '../context/deadlines.js';
import type { NodeFleet } from '../context/node-fleet.js';

/**
 * Requests under way per backend `address:port`, as a proxy counts them; absent: none. @throws RemoteFailure
 * or UserError when it does not tell
 */
export async function countInFlight(
  fleet: NodeFleet,
  proxy: ConvergeTarget,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const connection = await fleet.connection(proxy, signal);
  const { stdout } = await connection.exec({
    command: ['curl', '-sS', '--max-time', '5', proxyEndpoint],
    deadlineMs: waits.answer,
    signal,
  });
  return parseProxyStatus(stdout).inFlight;
}
