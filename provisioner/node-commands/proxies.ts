import {
  endpointOf,
  leavingEndpoint,
  parseProxyStatus,
} from '../../cookbooks/deis/definitions/proxy/proxy-endpoint.js';
import type { Connection } from '../ssh/transport.js';
import type { CommandDeadline } from './command-deadline.js';

/** A formation; `host` is given of a guest. */
export interface ProxiedSite {
  readonly id: string;
  readonly host?: string | undefined;
}

/** What a proxy's node tells of its traffic, and what load balancers are told of it. */
export interface ProxyCommands {
  /**
   * Of a formation whose proxy it is, `host` given of a guest:
   * requests under way per backend `address:port`, as the proxy counts them; absent: none. @throws
   * RemoteFailure or UserError when it does not tell
   */
  inFlight(whose: ProxiedSite, options: CommandDeadline): Promise<ReadonlyMap<string, number>>;
  /**
   * Has it answer 503 on /health-check for so long, though it serves on: its machine is about to go. A start of nginx
   * ends that, too. @throws RemoteFailure, also where its site is of before it knew that
   */
  leave(seconds: number, options: CommandDeadline): Promise<void>;
  /** Takes that back. @throws RemoteFailure */
  stay(options: CommandDeadline): Promise<void>;
}

/** A proxy's traffic over a connection. */
export function proxyCommands(connection: Connection): ProxyCommands {
  const ask = async (words: readonly string[], options: CommandDeadline): Promise<string> =>
    (await connection.exec({ ...options, command: ['curl', '-sS', '--max-time', '5', ...words] })).stdout;
  return {
    inFlight: async (whose, options) => parseProxyStatus(await ask([endpointOf(whose)], options)).inFlight,
    leave: async (seconds, options) => {
      await ask(['-f', '-X', 'PUT', '--data-binary', String(Math.ceil(seconds)), leavingEndpoint], options);
    },
    stay: async (options) => {
      await ask(['-f', '-X', 'DELETE', leavingEndpoint], options);
    },
  };
}
