import { once } from 'node:events';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import type { Logger } from 'pino';
import ssh2, { type Connection, type ServerChannel, type Session } from 'ssh2';
import type { Secret } from '../../base/secret.js';
import type { FormationRecord } from '../store/formation-store.js';
import type { Stores } from '../store/stores.js';
import { formationOfUser, userOfKey, type GitUser } from './authorize-push.js';
import { publicHostKey } from './git-host-key.js';
import { answerLogin } from './git-login.js';
import { parseGitCommand } from './parse-git-command.js';
import type { GitTransfer } from './serve-git.js';

export interface GitServerOptions {
  readonly stores: Stores;
  /** OpenSSH private key, see git-host-key.ts. */
  readonly hostKey: Secret;
  /**
   * Carries out a transfer that is allowed and resolves with the exit code; `serveGit` in production.
   * `closing` is aborted when the server closes.
   */
  readonly serve: (transfer: GitTransfer, channel: ServerChannel, closing: AbortSignal) => Promise<number>;
  readonly logger: Logger;
  /** Connections at once; default 100. */
  readonly maxConnections?: number;
  /** Milliseconds a client may take to log in, or stay without a transfer; default 30 s. */
  readonly graceMs?: number;
}

const maxTransfersPerConnection = 4;

interface GitCaller {
  readonly user: GitUser;
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
  readonly #open = new Set<Socket>();
  readonly #transfers = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(private readonly options: GitServerOptions) {
    this.hostKeys = [publicHostKey(options.hostKey)];
    const ssh = new ssh2.Server(
      {
        hostKeys: [options.hostKey.reveal()],
        ident: 'deis',
        keepaliveInterval: 15_000,
        keepaliveCountMax: 3,
      },
      (connection, { ip }) => this.#greet(connection, ip),
    );
    this.#listener = createServer({ noDelay: true }, (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      socket.on('error', () => socket.destroy());
      ssh.injectSocket(socket);
    });
    this.#listener.maxConnections = options.maxConnections ?? 100;
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
    for (const socket of this.#open) socket.destroy();
    await Promise.all(this.#transfers);
  }

  #greet(connection: Connection, source: string): void {
    let user: GitUser | undefined;
    let transfers = 0;
    let closed = false;
    const graceMs = this.options.graceMs ?? 30_000;
    const giveUp = (): NodeJS.Timeout => setTimeout(() => connection.end(), graceMs);
    let lonely = giveUp();
    connection.on('error', (error) => this.options.logger.debug({ err: error }, 'git connection failed'));
    connection.on('close', () => {
      closed = true;
      clearTimeout(lonely);
    });
    answerLogin(
      connection,
      (key) => userOfKey(this.options.stores, key),
      (known) => (user = known),
    );
    connection.on('session', (accept, reject) => {
      if (user === undefined || transfers >= maxTransfersPerConnection) return void reject();
      transfers += 1;
      clearTimeout(lonely);
      this.#answerSession(accept(), user, source, () => {
        transfers -= 1;
        if (transfers === 0 && !closed) lonely = giveUp();
      });
    });
    for (const forbidden of ['tcpip', 'openssh.streamlocal'] as const)
      connection.on(forbidden as 'tcpip', (_accept, reject) => void reject());
    connection.on('request', (_accept, reject) => reject?.());
  }

  #answerSession(session: Session, user: GitUser, source: string, onEnd: () => void): void {
    let protocol: string | undefined;
    session.on('close', onEnd);
    session.on('env', (accept, reject, info) => {
      const isProtocol = info.key === 'GIT_PROTOCOL' && /^version=[0-2]$/.test(info.val);
      if (isProtocol) protocol = info.val;
      (isProtocol ? accept : reject)?.();
    });
    for (const forbidden of ['pty', 'x11', 'auth-agent', 'subsystem', 'sftp'] as const)
      session.on(forbidden as 'pty', (_accept, reject) => reject?.());
    session.on('shell', (accept) =>
      refuse(accept(), `hello ${user.username}: this is the git endpoint, there is no shell here`),
    );
    session.on('exec', (accept, _reject, info) => {
      const channel = accept();
      const transfer = this.#exec(info.command, { user, source, protocol }, channel).catch(
        (error: unknown) => {
          this.options.logger.error({ err: error, user: user.username }, 'git transfer failed');
          refuse(channel, 'the controller failed; its log says why');
        },
      );
      this.#transfers.add(transfer);
      void transfer.finally(() => this.#transfers.delete(transfer));
    });
  }

  async #exec(command: string, { user, source, protocol }: GitCaller, channel: ServerChannel): Promise<void> {
    const request = parseGitCommand(command);
    if (request === undefined)
      return refuse(channel, 'only git push and git fetch of a formation are served here');
    const formation = await formationOfUser(this.options.stores, user, request.formation);
    if ('refuse' in formation) {
      if (request.service === 'receive-pack') await this.#auditRefusal({ user, source }, request.formation);
      return refuse(channel, formation.refuse);
    }
    this.options.logger.info(
      { user: user.username, formation: formation.name, service: request.service },
      'git transfer',
    );
    const serve = (): Promise<number> =>
      this.options.serve(
        { service: request.service, formation, user, protocol },
        channel,
        this.#closing.signal,
      );
    end(
      channel,
      request.service === 'upload-pack'
        ? await serve()
        : await this.#audited({ user, source, protocol }, formation, serve),
    );
  }

  /** Under the name that the client gave: there may be no such formation. */
  async #auditRefusal({ user, source }: Omit<GitCaller, 'protocol'>, name: string): Promise<void> {
    const { audit } = this.options.stores;
    const id = await audit.begin({
      actorId: user.id,
      actor: user.username,
      action: 'git push',
      formationId: null,
      formation: null,
      target: { formation: name },
      source,
      requestId: null,
    });
    await audit.finish(id, 'refused');
  }

  /** A push has an entry in the audit log, written before a byte is read. */
  async #audited(
    { user, source }: GitCaller,
    formation: FormationRecord,
    push: () => Promise<number>,
  ): Promise<number> {
    const { audit } = this.options.stores;
    const id = await audit.begin({
      actorId: user.id,
      actor: user.username,
      action: 'git push',
      formationId: formation.id,
      formation: formation.name,
      target: {},
      source,
      requestId: null,
    });
    const code = await push();
    await audit.finish(id, code === 0 ? 'done' : 'failed');
    return code;
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
