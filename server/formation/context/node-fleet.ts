import type { Engine } from '../../../provisioner/engine.js';
import type { NodeCommands } from '../../../provisioner/node-commands/node-commands.js';
import type { SshTarget } from '../../../provisioner/ssh/transport.js';

/**
 * The nodes of one operation: an engine that converges them, and what else they are asked over its
 * connections.
 */
export interface NodeFleet extends Engine {
  /** Belongs to the fleet, which opens the node's connection if need be. @throws RemoteFailure */
  commands(target: { readonly ssh: SshTarget }, signal?: AbortSignal): Promise<NodeCommands>;
}
