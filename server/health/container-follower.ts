import type { Connection } from '../../provisioner/ssh/transport.js';

interface Node {
  readonly id: string;
}

/** Names of Docker containers; undefined: all of the node's. */
export type Looked = ReadonlySet<string> | undefined;

export interface FollowerParts<N extends Node> {
  /**
   * Calls `onEvent` with a container that starts or ends, or with nothing where it could be any, until the signal
   * aborts. Throws when it cannot go on.
   */
  readonly follow: (
    node: N,
    connection: Connection,
    onEvent: (container?: string) => void,
    limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ) => Promise<void>;
  /** Sees what these containers of a node do. Never rejects. */
  readonly look: (node: N, looked: Looked) => Promise<void>;
  /** Hears why a node is no longer followed; at the next sweep it is again. */
  readonly unfollowed: (node: N, error: unknown) => void;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Containers that crash over and over, or many that start at once, cost one look in so much time. */
const gatherMs = 250;
/** With more that something happened to, all of the node are looked at. */
const maxLooked = 50;

/** A look that waits for its time. */
interface Soon {
  readonly timer: NodeJS.Timeout;
  readonly names: Set<string>;
  isWhole: boolean;
}

interface Look {
  readonly isWhole: boolean;
  readonly done: Promise<void>;
}

/**
 * Follows what happens to the containers of nodes, and has those looked at soon after something did: once for what
 * happens together, and never twice at a time on a node. What a deploy costs there does not depend on how many others
 * have containers on the node.
 */
export class ContainerFollower<N extends Node> {
  readonly #followed = new Set<Connection>();
  readonly #soon = new Map<string, Soon>();
  readonly #looking = new Map<string, Look>();

  constructor(
    private readonly parts: FollowerParts<N>,
    private readonly stopped: AbortSignal,
  ) {}

  /**
   * For as long as the connection lasts; nothing when it is followed already. What happened before, nobody has heard:
   * all containers are looked at.
   */
  follow(node: N, connection: Connection): void {
    if (this.#followed.has(connection) || this.stopped.aborted) return;
    this.#followed.add(connection);
    const limits = { deadlineMs: dayMs, signal: this.stopped };
    void this.parts
      .follow(node, connection, (container) => this.#happened(node, container), limits)
      .catch((error: unknown) => {
        if (connection.isOpen && !this.stopped.aborted) this.parts.unfollowed(node, error);
      })
      .finally(() => this.#followed.delete(connection));
    void this.look(node);
  }

  /** A look at all containers of the node; the one that is under way already, where there is one. */
  look(node: N): Promise<void> {
    const running = this.#looking.get(node.id);
    return running?.isWhole ? running.done : this.#look(node, undefined, running);
  }

  /** Looks that have begun end by themselves. */
  stop(): void {
    for (const { timer } of this.#soon.values()) clearTimeout(timer);
    this.#soon.clear();
  }

  #look(node: N, looked: Looked, before?: Look): Promise<void> {
    const begun =
      before === undefined
        ? this.parts.look(node, looked)
        : before.done.then(() => this.parts.look(node, looked));
    const done = begun.finally(() => {
      if (this.#looking.get(node.id) === look) this.#looking.delete(node.id);
    });
    const look = { isWhole: looked === undefined, done };
    this.#looking.set(node.id, look);
    return done;
  }

  #happened(node: N, container: string | undefined): void {
    if (this.stopped.aborted) return;
    const soon = this.#soon.get(node.id) ?? this.#begin(node, new Set());
    if (container === undefined || soon.names.size === maxLooked) soon.isWhole = true;
    else soon.names.add(container);
  }

  #begin(node: N, names: Set<string>, isWhole = false): Soon {
    const soon = { timer: setTimeout(() => this.#lookNow(node), gatherMs), names, isWhole };
    this.#soon.set(node.id, soon);
    return soon;
  }

  #lookNow(node: N): void {
    const { names, isWhole } = this.#soon.get(node.id)!;
    this.#soon.delete(node.id);
    // What one that is under way has seen may be older than this.
    if (this.#looking.has(node.id)) this.#begin(node, names, isWhole);
    else void this.#look(node, isWhole ? undefined : names);
  }
}
