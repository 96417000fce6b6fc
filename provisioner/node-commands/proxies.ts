import { parseProxyStatus, proxyEndpoint } from '../../cookbooks/deis/definitions/proxy-endpoint.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';

/** What a proxy's node tells of its traffic. */
export interface ProxyCommands {
  /**
   * Requests under way per backend `address:port`, as the proxy counts them; absent: none. @throws
   * RemoteFailure or UserError when it does not tell
   */
  inFlight(options: CommandDeadline): Promise<ReadonlyMap<string, number>>;
}

/** A proxy's traffic over a connection. */
export function proxyCommands(connection: Connection): ProxyCommands {
  return {
    inFlight: async (options) => {
      const command = ['curl', '-sS', '--max-time', '5', proxyEndpoint];
      return parseProxyStatus((await connection.exec({ ...options, command })).stdout).inFlight;
    },
  };
}
