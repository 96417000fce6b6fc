import pLimit from 'p-limit';
import type { Connection, SshTarget, Transport } from '../ssh/transport.js';

export interface OpenOptions {
  /** Milliseconds for reaching the node. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bounds how many handshakes go on at once: sshd and the controller's cores both suffer from a burst. */
export type HandshakeLimit = <T>(open: () => Promise<T>) => Promise<T>;

/** One node for the life of an operation: one connection, opened when first needed and again after it was lost. */
export class NodeSession {
  readonly target: SshTarget;
  readonly #transport: Transport;
  readonly #limit: HandshakeLimit;
  readonly #oneAtATime = pLimit(1);
  #connection: Connection | undefined;

  constructor(transport: Transport, target: SshTarget, limit: HandshakeLimit = (open) => open()) {
    this.#transport = transport;
    this.target = target;
    this.#limit = limit;
  }

  /** The open connection, or a new one. @throws RemoteFailure */
  connection(options: OpenOptions): Promise<Connection> {
    return this.#oneAtATime(async () => {
      if (!this.#connection?.isOpen) {
        const { deadlineMs, signal } = options;
        this.#connection = await this.#limit(() => this.#transport.connect(this.target, signal ? { deadlineMs, signal } : { deadlineMs }));
      }
      return this.#connection;
    });
  }

  async close(): Promise<void> {
    await this.#oneAtATime(async () => {
      await this.#connection?.close();
      this.#connection = undefined;
    });
  }
}
