import type { Connection, SshTarget, Transport } from '../../provisioner/ssh/transport.js';
import type { FollowerParts, Looked } from './container-follower.js';

/** A node in service. */
export interface WatchedNode {
  readonly id: string;
  readonly formationId: number;
  /** Taken out of service because it did not answer. */
  readonly isLost: boolean;
  /** It is a node for containers of the app. */
  readonly hasContainers: boolean;
  readonly ssh: SshTarget;
}

export interface WatcherParts {
  /** Its connections end by themselves when the other side is silent. */
  readonly transport: Transport;
  /** The nodes in service now, of all formations. */
  readonly nodes: () => Promise<readonly WatchedNode[]>;
  /** Has the formation's nodes looked at, and its containers placed anew. */
  readonly reschedule: (formationId: number, nodes: readonly string[]) => Promise<unknown>;
  /**
   * What the cloud says of the node: that it has another address now, or that its machine is gone; undefined: neither.
   * Asked less and less often while it does not answer.
   */
  readonly askCloud: (node: WatchedNode) => Promise<'moved' | 'gone' | undefined>;
  /** Tells of containers that start or end, as they do. */
  readonly followContainers: FollowerParts<WatchedNode>['follow'];
  /** Sees what these containers of a node do: all at each sweep, and one soon after it has started or ended. */
  readonly lookAtContainers: (
    node: WatchedNode,
    connection: Connection,
    options: { readonly deadlineMs: number; readonly signal: AbortSignal; readonly looked: Looked },
  ) => Promise<void>;
  /** Hears of each node that is in service and does not answer, or cannot be entered, and why; at each try. */
  readonly silent: (node: WatchedNode, reason: string) => Promise<void>;
  /** Hears of each node that has taken a connection. */
  readonly answers: (node: WatchedNode) => Promise<void>;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Milliseconds of some clock. */
  readonly now: () => number;
}

export interface WatcherTimes {
  /** Milliseconds between two looks for nodes that are new, or back. */
  readonly sweepMs: number;
  /** Milliseconds that a node has to take a connection, or to answer on one. */
  readonly answerMs: number;
  /** Milliseconds between two tries of nodes in service that did not answer. */
  readonly retryMs: number;
}
