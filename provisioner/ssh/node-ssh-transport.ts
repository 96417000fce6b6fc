import { connect as connectSocket } from 'node:net';
import { NodeSSH } from 'node-ssh';
import type { Config } from 'node-ssh';
import ssh2 from 'ssh2';
import { messageOf, RemoteFailure } from '../../base/errors.js';
import { onAbort } from '../../base/on-abort.js';
import { waitUntil } from '../../base/wait-until.js';
import { hostKeyAlgorithms, keyFingerprint, rawHostKeys } from './host-key.js';
import { NodeSshConnection } from './node-ssh-connection.js';
import type { Connection, ConnectOptions, SshTarget, Transport } from './transport.js';

export interface NodeSshOptions {
  /** Milliseconds for one attempt: TCP, handshake and authentication together. */
  readonly attemptMs?: number;
  /** Milliseconds between keepalives, and how many may stay unanswered. */
  readonly keepaliveMs?: number;
  readonly keepaliveCount?: number;
  /** 0 <= x < 1, for jitter. */
  readonly random?: () => number;
}

interface Attempts {
  count: number;
  last: RemoteFailure | undefined;
}

/**
 * The real transport: node-ssh, the node's pinned host keys and the given private key, and nothing of ~/.ssh
 * or an agent.
 */
export class NodeSshTransport implements Transport {
  readonly #options: Required<NodeSshOptions>;

  constructor(options: NodeSshOptions = {}) {
    this.#options = {
      attemptMs: 10_000,
      keepaliveMs: 15_000,
      keepaliveCount: 3,
      random: Math.random,
      ...options,
    };
  }

  async connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
    const attempts: Attempts = { count: 0, last: undefined };
    const end = performance.now() + options.deadlineMs;
    checkKeys(target);
    try {
      return await waitUntil(() => this.#tryOnce(target, attempts, end - performance.now(), options), {
        deadlineMs: options.deadlineMs,
        intervalMs: () => this.#pause(attempts.count, end - performance.now()),
        what: `SSH of ${target.name}`,
        signal: options.signal,
      });
    } catch (error) {
      if (error instanceof RemoteFailure) throw error;
      if (options.signal?.aborted)
        throw new RemoteFailure(`${where(target)}: cancelled while connecting`, {
          node: target.name,
          phase: 'cancelled',
          cause: options.signal.reason,
        });
      throw attempts.last ?? error;
    }
  }

  /**
   * The pause before the next attempt in milliseconds: random, up to 250 ms at first, up to 3 s later, never
   * past the deadline.
   */
  #pause(count: number, remainingMs: number): number {
    const longest = Math.min(3000, 250 * 2 ** (count - 1));
    return Math.max(0, Math.min(remainingMs, longest * (0.5 + this.#options.random() / 2)));
  }

  async #tryOnce(
    target: SshTarget,
    attempts: Attempts,
    remainingMs: number,
    { signal, onRetry }: ConnectOptions,
  ): Promise<Connection | undefined> {
    attempts.count += 1;
    try {
      return await this.#attempt(target, Math.max(1, Math.min(this.#options.attemptMs, remainingMs)), signal);
    } catch (error) {
      if (!(error instanceof RemoteFailure) || error.phase !== 'connect') throw error;
      attempts.last = error;
      onRetry?.();
      return undefined;
    }
  }

  async #attempt(
    target: SshTarget,
    readyTimeout: number,
    signal: AbortSignal | undefined,
  ): Promise<Connection> {
    // Without TCP_NODELAY every exec takes 45 ms longer.
    const sock = connectSocket({ host: target.address, port: target.port, noDelay: true });
    const hostKey: { refused?: Buffer } = {};
    const release = onAbort(signal, () => void sock.destroy());
    try {
      const ssh = new NodeSSH();
      const connecting = ssh.connect({ ...this.#config(target, hostKey), sock, readyTimeout });
      const client = ssh.connection;
      // node-ssh stops listening once ready; an error that nobody hears would end the process.
      client?.on('error', () => undefined);
      await connecting;
      if (!ssh.connection) throw new Error('connection closed after authentication');
      return new NodeSshConnection(target, ssh.connection);
    } catch (error) {
      sock.destroy();
      signal?.throwIfAborted();
      throw connectFailure(target, error, hostKey.refused);
    } finally {
      release();
    }
  }

  #config(target: SshTarget, hostKey: { refused?: Buffer }): Config {
    const pinned = rawHostKeys(target.hostKeys);
    return {
      username: target.username,
      privateKey: target.privateKey.reveal(),
      keepaliveInterval: this.#options.keepaliveMs,
      keepaliveCountMax: this.#options.keepaliveCount,
      algorithms: { serverHostKey: hostKeyAlgorithms(target.hostKeys) },
      hostVerifier: (key: Buffer) => {
        const accepted = pinned.some((known) => known.equals(key));
        if (!accepted) hostKey.refused = key;
        return accepted;
      },
    };
  }
}

function checkKeys(target: SshTarget): void {
  if (rawHostKeys(target.hostKeys).length === 0 || hostKeyAlgorithms(target.hostKeys).length === 0) {
    throw new RemoteFailure(`${where(target)}: no usable host key is pinned, so it cannot be recognised`, {
      node: target.name,
      phase: 'host-key',
    });
  }
  if (ssh2.utils.parseKey(target.privateKey.reveal()) instanceof Error) {
    throw new RemoteFailure(`${where(target)}: the private key to enter with cannot be read`, {
      node: target.name,
      phase: 'auth',
    });
  }
}

function connectFailure(target: SshTarget, error: unknown, refusedKey: Buffer | undefined): RemoteFailure {
  const node = target.name;
  if (refusedKey) {
    const pinned = rawHostKeys(target.hostKeys).map(keyFingerprint).join(' or ');
    return new RemoteFailure(
      `${where(target)} answered with host key ${keyFingerprint(refusedKey)}, ` +
        `pinned is ${pinned}; nothing was sent`,
      { node, phase: 'host-key', cause: error },
    );
  }
  if (error instanceof Error && 'level' in error && error.level === 'client-authentication') {
    return new RemoteFailure(`${where(target)} refused the key of ${target.username}`, {
      node,
      phase: 'auth',
      cause: error,
    });
  }
  const why = messageOf(error);
  return new RemoteFailure(`${where(target)} cannot be reached: ${why}`, {
    node,
    phase: 'connect',
    cause: error,
  });
}

function where(target: SshTarget): string {
  return `${target.name} (${target.address}:${target.port})`;
}
