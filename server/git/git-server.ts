import { once } from 'node:events';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import type { Logger } from 'pino';
import ssh2, { type ClientInfo, type Connection, type ServerChannel, type Session } from 'ssh2';
import type { Secret } from '../../base/secret.js';
import type { Stores } from '../store/stores.js';
import { auditPush, auditRefusedPush } from './audit-push.js';
import { formationOfUser, userOfKey, type GitUser, type UserOfToken } from './authorize-push.js';
import {
  defaultConnectionLimits,
  noPlaceText,
  type ConnectionLimits,
  type NoPlace,
} from './connections/connection-shares.js';
import { GitConnections, type GitConnection } from './connections/git-connections.js';
import { publicHostKey } from './git-host-key.js';
import { answerLogin } from './git-login.js';
import { handshakeLimits, type HandshakeLimits } from './connections/handshake-rate.js';
import { parseGitCommand, refusalOfCommand } from './parse-git-command.js';
import type { GitEnd } from './push-witness.js';
import type { GitTransfer } from './serve-git.js';
import { sshAlgorithms } from './connections/ssh-algorithms.js';
import { tellSignatures } from './connections/tell-signatures.js';

export interface GitServerOptions {
  readonly stores: Stores;
  readonly userOfToken: UserOfToken;
  /** OpenSSH private key, see git-host-key.ts. */
  readonly hostKey: Secret;
  /**
   * Carries out a transfer that is allowed and resolves with how it ended; `serveGit` in production.
   * `closing` is aborted when the server closes.
   */
  readonly serve: (transfer: GitTransfer, channel: ServerChannel, closing: AbortSignal) => Promise<GitEnd>;
  readonly logger: Logger;
  /** Connections at once. */
  readonly limits?: Partial<ConnectionLimits>;
  readonly handshakes?: HandshakeLimits;
  /** Milliseconds a client may take to log in and ask for something, or stay afterwards; default 30 s. */
  readonly graceMs?: number;
}

const maxTransfersPerConnection = 4;
/** Key exchanges after the login: clients renew their keys every few hundred megabytes or more. */
const maxRekeys = 1000;
/** Connections that are turned away go to the log so often at most. */
const refusalLogMs = 60_000;

interface GitCaller {
  readonly user: GitUser;
  /** Set when there is no place for one more connection of this user. */
  readonly noPlace: NoPlace | undefined;
  /** Address of the client. */
  readonly source: string;
  /** What git says of its protocol's version. */
  readonly protocol: string | undefined;
}

/**
 * The git endpoint: an SSH server that runs `git-receive-pack` and `git-upload-pack` of one's own formations
 * and nothing else. Whoever may not is told so before git runs and before a byte of a pack is read.
 */
export class GitServer {
  /** OpenSSH public form, for known_hosts. */
  readonly hostKeys: readonly string[];
  readonly #listener: NetServer;
  readonly #connections: GitConnections;
  readonly #transfers = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #refusals = { count: 0, loggedAt: Number.NEGATIVE_INFINITY };

  constructor(private readonly options: GitServerOptions) {
    this.hostKeys = [publicHostKey(options.hostKey)];
    const limits = { ...defaultConnectionLimits, ...options.limits };
    this.#connections = new GitConnections({
      limits,
      handshakes: options.handshakes ?? handshakeLimits(120),
      graceMs: options.graceMs ?? 30_000,
      onRefused: (address, reason) => this.#logRefusal(address, reason),
    });
    const ssh = new ssh2.Server(
      {
        hostKeys: [options.hostKey.reveal()],
        ident: 'deis',
        algorithms: sshAlgorithms,
        keepaliveInterval: 15_000,
        keepaliveCountMax: 3,
      },
      (connection, client) => this.#greet(connection, client),
    );
    this.#listener = createServer({ noDelay: true }, (socket) => {
      if (this.#connections.admit(socket)) ssh.injectSocket(socket);
    });
    // Beyond both shares only who is about to be turned away.
    this.#listener.maxConnections = limits.strangers + limits.users + 10;
  }

  /** Port 0 takes a free one. Resolves with the actual port. */
  async listen(host: string, port: number): Promise<number> {
    this.#listener.listen(port, host);
    await once(this.#listener, 'listening');
    return (this.#listener.address() as AddressInfo).port;
  }

  /**
   * Takes no new connections, cuts the present ones and waits until their git processes have ended. What was
   * begun stays begun.
   */
  async close(): Promise<void> {
    if (this.#listener.listening) this.#listener.close();
    this.#closing.abort();
    this.#connections.destroyAll();
    await Promise.all(this.#transfers);
  }

  #greet(connection: Connection, client: ClientInfo): void {
    const own = this.#connections.of(client);
    if (own === undefined) return void connection.end();
    tellSignatures(connection);
    let caller: Omit<GitCaller, 'protocol'> | undefined;
    let sessions = 0;
    let rekeys = 0;
    connection.on('error', (error) => {
      this.options.logger.debug({ err: error }, 'git connection failed');
      own.farewell();
    });
    connection.on('rekey', () => {
      rekeys += 1;
      if (caller === undefined || rekeys > maxRekeys) own.destroy();
    });
    answerLogin(
      connection,
      {
        userOfKey: (key) => userOfKey(this.options.stores, key),
        userOfToken: this.options.userOfToken,
      },
      (user) => {
        caller = { user, source: client.ip, noPlace: this.#connections.logIn(own, user.id) };
      },
      () => own.destroy(),
    );
    connection.on('session', (accept, reject) => {
      if (caller === undefined || sessions >= maxTransfersPerConnection) return void reject();
      sessions += 1;
      this.#answerSession(accept(), caller, own).once('close', () => (sessions -= 1));
    });
    for (const forbidden of ['tcpip', 'openssh.streamlocal'] as const)
      connection.on(forbidden as 'tcpip', (_accept, reject) => void reject());
    connection.on('request', (_accept, reject) => reject?.());
  }

  #answerSession(session: Session, caller: Omit<GitCaller, 'protocol'>, own: GitConnection): Session {
    let protocol: string | undefined;
    session.on('env', (accept, reject, info) => {
      const isProtocol = info.key === 'GIT_PROTOCOL' && /^version=[0-2]$/.test(info.val);
      if (isProtocol) protocol = info.val;
      (isProtocol ? accept : reject)?.();
    });
    for (const forbidden of ['pty', 'x11', 'auth-agent', 'subsystem', 'sftp'] as const)
      session.on(forbidden as 'pty', (_accept, reject) => reject?.());
    session.on('shell', (accept) =>
      refuse(accept(), `hello ${caller.user.username}: this is the git endpoint, there is no shell here`),
    );
    session.on('exec', (accept, _reject, info) => {
      const channel = accept();
      const transfer = this.#exec(info.command, { ...caller, protocol }, channel).catch((error: unknown) => {
        this.options.logger.error({ err: error, user: caller.user.username }, 'git transfer failed');
        refuse(channel, 'the controller failed; its log says why');
      });
      own.keepDuring(transfer);
      this.#transfers.add(transfer);
      void transfer.finally(() => this.#transfers.delete(transfer));
    });
    return session;
  }

  /** One line a minute at most, whoever knocks. */
  #logRefusal(address: string, reason: string): void {
    this.#refusals.count += 1;
    if (performance.now() - this.#refusals.loggedAt < refusalLogMs) return;
    const { count } = this.#refusals;
    this.options.logger.warn({ address, reason, refusals: count }, 'git connections turned away');
    this.#refusals = { count: 0, loggedAt: performance.now() };
  }

  async #exec(command: string, caller: GitCaller, channel: ServerChannel): Promise<void> {
    const { user, protocol, noPlace } = caller;
    if (noPlace !== undefined)
      return refuse(channel, noPlaceText(noPlace, user.username, this.#connections.limits));
    const request = parseGitCommand(command);
    if (request === undefined) return refuse(channel, refusalOfCommand(command));
    const formation = await formationOfUser(this.options.stores, user, request);
    if ('refuse' in formation) {
      if (request.service === 'receive-pack')
        await auditRefusedPush(this.options.stores, caller, request.formation, formation);
      return refuse(channel, formation.refuse);
    }
    this.options.logger.info(
      { user: user.username, formation: formation.name, service: request.service },
      'git transfer',
    );
    const serve = (): Promise<GitEnd> =>
      this.options.serve(
        { service: request.service, formation, user, protocol },
        channel,
        this.#closing.signal,
      );
    end(
      channel,
      request.service === 'upload-pack'
        ? (await serve()).code
        : await auditPush(this.options.stores, caller, formation, serve),
    );
  }
}

/** One line and exit 1; nothing of what the client sends is read. */
function refuse(channel: ServerChannel, reason: string): void {
  channel.stderr.write(`deis: ${reason}\n`);
  end(channel, 1);
}

function end(channel: ServerChannel, code: number): void {
  if (channel.destroyed) return;
  channel.exit(code);
  channel.end();
}
