import type { Connection } from '../../provisioner/ssh/transport.js';

interface Node {
  readonly id: string;
}

export interface FollowerParts<N extends Node> {
  /** Calls `onEvent` when a container starts or ends, until the signal aborts. Throws when it cannot go on. */
  readonly follow: (
    node: N,
    connection: Connection,
    onEvent: () => void,
    limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ) => Promise<void>;
  /** Sees what the containers of a node do. Never rejects. */
  readonly look: (node: N) => Promise<void>;
  /** Hears why a node is no longer followed; at the next sweep it is again. */
  readonly unfollowed: (node: N, error: unknown) => void;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Containers that crash over and over, or many that start at once, cost one look in so much time. */
const gatherMs = 250;

/**
 * Follows what happens to the containers of nodes, and has a node looked at soon after something did: once for
 * what happens together, and never twice at a time.
 */
export class ContainerFollower<N extends Node> {
  readonly #followed = new Set<Connection>();
  readonly #soon = new Map<string, NodeJS.Timeout>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor(
    private readonly parts: FollowerParts<N>,
    private readonly stopped: AbortSignal,
  ) {}

  /** For as long as the connection lasts; nothing when it is followed already. */
  follow(node: N, connection: Connection): void {
    if (this.#followed.has(connection) || this.stopped.aborted) return;
    this.#followed.add(connection);
    const limits = { deadlineMs: dayMs, signal: this.stopped };
    void this.parts
      .follow(node, connection, () => this.#lookSoon(node), limits)
      .catch((error: unknown) => {
        if (connection.isOpen && !this.stopped.aborted) this.parts.unfollowed(node, error);
      })
      .finally(() => this.#followed.delete(connection));
  }

  /** A look at the node's containers; the one that is under way already, where there is one. */
  look(node: N): Promise<void> {
    const running = this.#looking.get(node.id);
    if (running !== undefined) return running;
    const look = this.parts.look(node).finally(() => this.#looking.delete(node.id));
    this.#looking.set(node.id, look);
    return look;
  }

  /** Looks that have begun end by themselves. */
  stop(): void {
    for (const timer of this.#soon.values()) clearTimeout(timer);
    this.#soon.clear();
  }

  #lookSoon(node: N): void {
    if (this.#soon.has(node.id) || this.stopped.aborted) return;
    this.#soon.set(
      node.id,
      setTimeout(() => this.#lookNow(node), gatherMs),
    );
  }

  #lookNow(node: N): void {
    this.#soon.delete(node.id);
    // What one that is under way has seen may be older than this.
    if (this.#looking.has(node.id)) this.#lookSoon(node);
    else void this.look(node);
  }
}
