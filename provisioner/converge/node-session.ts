import pLimit from 'p-limit';
import type { Connection, SshTarget, Transport } from '../ssh/transport.js';

export interface OpenOptions {
  /** Milliseconds for reaching the node. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bounds how many handshakes go on at once: sshd and the controller's cores both suffer from a burst. */
export type HandshakeLimit = <T>(open: () => Promise<T>) => Promise<T>;

/**
 * Milliseconds that one node's handshake may hold up those that wait for theirs: several round trips to the
 * other side of the world.
 */
export const handshakeTurnMs = 1000;

/**
 * One node for the life of an operation: one connection, opened when first needed and again after it was
 * lost.
 */
export class NodeSession {
  readonly target: SshTarget;
  readonly #transport: Transport;
  readonly #limit: HandshakeLimit;
  readonly #turnMs: number;
  readonly #oneAtATime = pLimit(1);
  #connection: Connection | undefined;

  constructor(
    transport: Transport,
    target: SshTarget,
    limit: HandshakeLimit = (open) => open(),
    turnMs = handshakeTurnMs,
  ) {
    this.#transport = transport;
    this.target = target;
    this.#limit = limit;
    this.#turnMs = turnMs;
  }

  /** The open connection, or a new one. @throws RemoteFailure */
  connection(options: OpenOptions): Promise<Connection> {
    return this.#oneAtATime(async () => {
      if (!this.#connection?.isOpen) {
        this.#connection = await this.#open(options);
      }
      return this.#connection;
    });
  }

  /**
   * Begins in turn with other nodes. One that hangs or resets is waited for out of turn, so that it keeps no
   * others from theirs.
   */
  async #open({ deadlineMs, signal }: OpenOptions): Promise<Connection> {
    const connecting = this.#limit(async () => {
      const turn = new Turn(this.#turnMs);
      const connection = this.#transport.connect(this.target, {
        deadlineMs,
        onRetry: () => turn.end(),
        ...(signal ? { signal } : {}),
      });
      await turn.whileWaitingFor(connection);
      // Not awaited: the turn may be over before.
      return { connection };
    });
    return (await connecting).connection;
  }

  async close(): Promise<void> {
    await this.#oneAtATime(async () => {
      await this.#connection?.close();
      this.#connection = undefined;
    });
  }
}

/** How long one may hold up others. */
class Turn {
  end!: () => void;
  readonly #ended = new Promise<void>((resolve) => (this.end = resolve));

  constructor(private readonly maxMs: number) {}

  /** Until that is settled, or the turn is over. */
  async whileWaitingFor(work: Promise<unknown>): Promise<void> {
    const timer = setTimeout(this.end, this.maxMs);
    await Promise.race([work, this.#ended]).catch(() => undefined);
    clearTimeout(timer);
  }
}
