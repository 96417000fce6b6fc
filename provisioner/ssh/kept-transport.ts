import { createHash } from 'node:crypto';
import { RemoteFailure } from '../../base/errors.js';
import type {
  Connection,
  ConnectOptions,
  ExecRequest,
  ExecResult,
  SshTarget,
  Transport,
} from './transport.js';

/** Milliseconds that a connection outlasts its last user: what follows a deploy begins sooner. */
export const keptMs = 10_000;

export interface KeptOptions {
  readonly keptMs?: number;
  /** Connections without a user, to all machines together. Default 100. */
  readonly maxKept?: number;
  /** Milliseconds that a kept connection has to show that it still leads there. Default 1 s. */
  readonly answerMs?: number;
}

/** Operations on one connection: sshd takes ten commands at once there, and an operation runs three or four. */
const maxUsers = 2;

/** One real connection, and how many have it now. */
interface Shared {
  readonly key: string;
  readonly connection: Connection;
  users: number;
  timer?: NodeJS.Timeout;
}

/**
 * A transport whose connections are kept for some seconds after their last user has closed them, for the next one to
 * the same machine, who enters with the same key and expects the same host keys. Two may have one at once: what
 * follows an operation begins before that has ended. One that does not answer any more is replaced.
 */
export class KeptTransport implements Transport {
  readonly #real: Transport;
  readonly #options: Required<KeptOptions>;
  /** By `keyOf`; one for each machine. */
  readonly #shared = new Map<string, Shared>();
  #isClosed = false;

  constructor(real: Transport, options: KeptOptions = {}) {
    this.#real = real;
    this.#options = { keptMs, maxKept: 100, answerMs: 1000, ...options };
  }

  async connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
    const end = performance.now() + options.deadlineMs;
    const key = keyOf(target);
    const kept = this.#shared.get(key);
    if (kept !== undefined && kept.connection.isOpen && kept.users < maxUsers) {
      this.#take(kept);
      if (await this.#answers(kept.connection, options)) return this.#lease(kept);
      this.#forget(kept);
      await this.#release(kept);
    }
    const deadlineMs = Math.max(1, end - performance.now());
    const connection = await this.#real.connect(target, { ...options, deadlineMs });
    const shared: Shared = { key, connection, users: 1 };
    if (this.#shared.get(key)?.connection.isOpen !== true && !this.#isClosed) this.#shared.set(key, shared);
    void connection.closed.then(() => this.#forget(shared));
    return this.#lease(shared);
  }

  /** Closes those that nobody has, and keeps none from here on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const idle = [...this.#shared.values()].filter(({ users }) => users === 0);
    this.#shared.clear();
    await Promise.all(idle.map((shared) => this.#end(shared)));
  }

  #lease(shared: Shared): Connection {
    return new LeasedConnection(shared.connection, () => this.#release(shared));
  }

  #take(shared: Shared): void {
    clearTimeout(shared.timer);
    shared.users += 1;
  }

  async #release(shared: Shared): Promise<void> {
    shared.users -= 1;
    if (shared.users > 0) return;
    const isKept = this.#shared.get(shared.key) === shared && shared.connection.isOpen;
    const idle = [...this.#shared.values()].filter(({ users }) => users === 0).length;
    if (!isKept || idle > this.#options.maxKept) return this.#end(shared);
    shared.timer = setTimeout(() => void this.#end(shared), this.#options.keptMs).unref();
  }

  async #end(shared: Shared): Promise<void> {
    clearTimeout(shared.timer);
    this.#forget(shared);
    await shared.connection.close();
  }

  #forget(shared: Shared): void {
    if (this.#shared.get(shared.key) === shared) this.#shared.delete(shared.key);
  }

  /** The machine may have gone, or come up anew, since: TCP tells whoever writes alone. */
  #answers(connection: Connection, { deadlineMs, signal }: ConnectOptions): Promise<boolean> {
    const limit = Math.min(this.#options.answerMs, deadlineMs);
    const question = { command: ['true'], deadlineMs: limit, ...(signal ? { signal } : {}) };
    return connection.exec(question).then(
      () => true,
      () => false,
    );
  }
}

/** One user's part of a connection: when it is closed, the user's commands end, and not those of others. */
class LeasedConnection implements Connection {
  readonly target: SshTarget;
  readonly closed: Promise<void>;
  readonly #connection: Connection;
  readonly #release: () => Promise<void>;
  readonly #ended = new AbortController();
  #resolveEnded: () => void = () => undefined;

  constructor(connection: Connection, release: () => Promise<void>) {
    this.#connection = connection;
    this.#release = release;
    this.target = connection.target;
    const ended = new Promise<void>((resolve) => (this.#resolveEnded = resolve));
    this.closed = Promise.race([ended, connection.closed]);
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted && this.#connection.isOpen;
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    const ended = this.#ended.signal;
    const signal = request.signal === undefined ? ended : AbortSignal.any([request.signal, ended]);
    return this.#connection.exec({ ...request, signal });
  }

  async close(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const { name } = this.target;
    this.#ended.abort(new RemoteFailure(`${name}: the connection was closed`, { node: name, phase: 'lost' }));
    this.#resolveEnded();
    await this.#release();
  }
}

/** The same of two who would get the same connection: the machine, who enters, and whom they take it for. */
function keyOf({ name, address, port, username, privateKey, hostKeys }: SshTarget): string {
  const login = createHash('sha256').update(privateKey.reveal()).digest('hex');
  return JSON.stringify([name, address, port, username, login, hostKeys]);
}
