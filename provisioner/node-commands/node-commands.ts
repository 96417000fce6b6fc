import type { Connection, ConnectOptions, SshTarget, Transport } from '../ssh/transport.js';
import { backendCommands, type BackendCommands } from './backends.js';
import { hostCommands, type HostCommands } from './hosts.js';
import { logCommands, type LogCommands } from './logs.js';
import { oneOffCommands, type OneOffCommands } from './one-offs.js';
import { proxyCommands, type ProxyCommands } from './proxies.js';
import { upgradeCommands, type UpgradeCommands } from './upgrades.js';

/** All that the domain asks a node to do beside converging. The nouns' own files say what each does. */
export interface NodeCommands {
  readonly oneOffs: OneOffCommands;
  readonly logs: LogCommands;
  readonly proxy: ProxyCommands;
  readonly host: HostCommands;
  readonly backends: BackendCommands;
  readonly upgrades: UpgradeCommands;
}

/** A node that was reached, until it is closed or lost. */
export interface EnteredNode extends NodeCommands {
  /** False once closed or lost; a lost one does not come back. */
  readonly isOpen: boolean;
  close(): Promise<void>;
}

/** Reaches a node. @throws RemoteFailure */
export type EnterNode = (target: SshTarget, options: ConnectOptions) => Promise<EnteredNode>;

/** The commands over a connection that belongs to somebody else. */
export function nodeCommands(connection: Connection): NodeCommands {
  return {
    oneOffs: oneOffCommands(connection),
    logs: logCommands(connection),
    proxy: proxyCommands(connection),
    host: hostCommands(connection),
    backends: backendCommands(connection),
    upgrades: upgradeCommands(connection),
  };
}

/** Reaches nodes over SSH, each time over a connection of its own. */
export function enterOver(transport: Transport): EnterNode {
  return async (target, options) => {
    const connection = await transport.connect(target, options);
    return {
      ...nodeCommands(connection),
      get isOpen() {
        return connection.isOpen;
      },
      close: () => connection.close(),
    };
  };
}
