import type { Socket } from 'node:net';
import type { ClientInfo } from 'ssh2';
import { clientNetwork } from '../../../base/client-network.js';
import { ConnectionShares, type ConnectionLimits, type NoPlace } from './connection-shares.js';
import { HandshakeRate, type HandshakeLimits } from './handshake-rate.js';

export interface GitConnectionsOptions {
  readonly limits: ConnectionLimits;
  readonly handshakes: HandshakeLimits;
  /** Milliseconds a client may take to log in and begin a transfer, and may stay after its last one. */
  readonly graceMs: number;
  /** Told of each connection that is closed for want of a place, with the reason for the log. */
  readonly onRefused: (address: string, reason: string) => void;
}

/** Milliseconds in which an ended connection may take what was last written to it. */
const farewellMs = 2000;

/** One client's connection: lives for the grace, and beyond that as long as work goes on over it. */
export class GitConnection {
  #timer: NodeJS.Timeout;
  #working = 0;

  constructor(
    private readonly socket: Socket,
    private readonly graceMs: number,
  ) {
    this.#timer = this.#destroyIn(graceMs);
    socket.once('close', () => clearTimeout(this.#timer));
    socket.on('error', () => socket.destroy());
    // Nobody who speaks SSH closes one half: who sends an end has gone.
    socket.once('end', () => socket.destroy());
  }

  /** Keeps the connection while the work goes on. */
  keepDuring(work: Promise<unknown>): void {
    clearTimeout(this.#timer);
    this.#working += 1;
    const ended = (): void => {
      this.#working -= 1;
      if (this.#working === 0 && !this.socket.destroyed) this.#timer = this.#destroyIn(this.graceMs);
    };
    work.then(ended, ended);
  }

  /** Closes it once it has taken its last words, or has not within a moment. */
  farewell(): void {
    clearTimeout(this.#timer);
    this.socket.end();
    this.#timer = this.#destroyIn(farewellMs);
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** `end` alone would leave a socket open whose other side says nothing. */
  #destroyIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.socket.destroy(), ms);
  }
}

/** The connections of the git endpoint: who gets in, and who has to leave for it. */
export class GitConnections {
  readonly limits: ConnectionLimits;
  /** By the client's address and port. */
  readonly #open = new Map<string, GitConnection>();
  readonly #shares: ConnectionShares<GitConnection>;
  readonly #rate: HandshakeRate;

  constructor(private readonly options: GitConnectionsOptions) {
    this.limits = options.limits;
    this.#shares = new ConnectionShares(options.limits);
    this.#rate = new HandshakeRate(options.handshakes, () => performance.now());
  }

  /** Takes a new socket in, or closes it at once. Answers whether it is in. */
  admit(socket: Socket): boolean {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return false;
    }
    const address = clientNetwork(remoteAddress);
    if (!this.#rate.take(address)) return this.#refuse(socket, address, 'too many connections a minute');
    const connection = new GitConnection(socket, this.options.graceMs);
    const leaver = this.#shares.enter(connection, address);
    if (leaver === connection) return this.#refuse(socket, address, 'too many that have not logged in');
    leaver?.destroy();
    const key = peer(remoteAddress, remotePort);
    this.#open.set(key, connection);
    socket.once('close', () => {
      this.#open.delete(key);
      this.#shares.leave(connection);
    });
    return true;
  }

  /** The one that ssh2 tells of; undefined when it has been closed meanwhile. */
  of({ ip, port }: ClientInfo): GitConnection | undefined {
    return this.#open.get(peer(ip, port));
  }

  /** Counts it for its user from now on, unless there is no place. */
  logIn(connection: GitConnection, userId: number): NoPlace | undefined {
    return this.#shares.logIn(connection, userId);
  }

  destroyAll(): void {
    for (const connection of this.#open.values()) connection.destroy();
  }

  #refuse(socket: Socket, address: string, reason: string): false {
    this.options.onRefused(address, reason);
    socket.destroy();
    return false;
  }
}

function peer(address: string, port: number): string {
  return `${address} ${port}`;
}
