import pLimit from 'p-limit';
import { RemoteFailure } from '../../cookbooks/errors.js';
import type { Connection, SshTarget, Transport } from '../ssh/transport.js';

export interface OpenOptions {
  /** Milliseconds for reaching the node. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bounds how many handshakes go on at once: sshd and the controller's cores both suffer from a burst. */
export type HandshakeLimit = <T>(open: () => Promise<T>) => Promise<T>;

/** Milliseconds that one node's handshake may hold up those that wait for theirs. */
export const handshakeTurnMs = 3000;

/** One node for the life of an operation: one connection, opened when first needed and again after it was lost. */
export class NodeSession {
  readonly target: SshTarget;
  readonly #transport: Transport;
  readonly #limit: HandshakeLimit;
  readonly #turnMs: number;
  readonly #oneAtATime = pLimit(1);
  #connection: Connection | undefined;

  constructor(transport: Transport, target: SshTarget, limit: HandshakeLimit = (open) => open(), turnMs = handshakeTurnMs) {
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

  /** In turn with other nodes at first. One that hangs or resets is waited for out of turn, so that it keeps no others from theirs. */
  async #open({ deadlineMs, signal }: OpenOptions): Promise<Connection> {
    const connect = (ms: number): Promise<Connection> => this.#transport.connect(this.target, signal ? { deadlineMs: ms, signal } : { deadlineMs: ms });
    try {
      return await this.#limit(() => connect(Math.min(deadlineMs, this.#turnMs)));
    } catch (error) {
      const leftMs = deadlineMs - this.#turnMs;
      if (!(error instanceof RemoteFailure) || error.phase !== 'connect' || leftMs <= 0) throw error;
      return connect(leftMs);
    }
  }

  async close(): Promise<void> {
    await this.#oneAtATime(async () => {
      await this.#connection?.close();
      this.#connection = undefined;
    });
  }
}
