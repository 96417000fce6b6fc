import { endpointOf, parseProxyStatus } from '../../cookbooks/deis/definitions/proxy-endpoint.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';

/** A formation; `host` is given of a guest. */
export interface ProxiedSite {
  readonly id: string;
  readonly host?: string | undefined;
}

/** What a proxy's node tells of its traffic. */
export interface ProxyCommands {
  /**
   * Of a formation whose proxy it is, `host` given of a guest:
   * requests under way per backend `address:port`, as the proxy counts them; absent: none. @throws
   * RemoteFailure or UserError when it does not tell
   */
  inFlight(whose: ProxiedSite, options: CommandDeadline): Promise<ReadonlyMap<string, number>>;
}

/** A proxy's traffic over a connection. */
export function proxyCommands(connection: Connection): ProxyCommands {
  return {
    inFlight: async (whose, options) => {
      const command = ['curl', '-sS', '--max-time', '5', endpointOf(whose)];
      return parseProxyStatus((await connection.exec({ ...options, command })).stdout).inFlight;
    },
  };
}
