import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Conflict, UserError } from '../../base/errors.js';
import { waitUntil } from '../../base/wait-until.js';
import { renderNodeFile } from '../../templates/render.js';
import { logPeers } from '../../cookbooks/deis/definitions/log-sender.js';
import type { LogAuthority } from './log-authority.js';
import { formationsFolder } from './kept-logs.js';

/** pino's logger, as far as it is used here. */
interface ServerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface LogServerOptions {
  /** Of the log server alone. Made when missing. */
  readonly folder: string;
  readonly bind: string;
  /** Asked once the folder is ours. */
  readonly port: () => Promise<number>;
  readonly now: () => Date;
  readonly log: ServerLog;
}

const program = 'rsyslogd';
/** Where Debian has it, which is not on every user's path. */
const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const env = { PATH: path, LC_ALL: 'C' };
const checkMs = 20_000;
const startMs = 20_000;
const stopMs = 5_000;
const connectMs = 500;
/** Between the end of one and the start of the next. */
const againMs = 1_000;
/** Characters of what it says that are logged at once. */
const maxSaid = 2_000;

/**
 * A real rsyslogd that takes lines over RELP with TLS from nodes whose certificates are the authority's, and
 * keeps them in a folder per formation. It ends with this process; should it end before, it is started again.
 */
export class LogServer {
  #child: ChildProcess | undefined;
  #again: NodeJS.Timeout | undefined;
  #isStopping = false;

  private constructor(
    private readonly options: LogServerOptions,
    readonly port: number,
  ) {}

  /**
   * Resolves when it listens.
   * @throws Conflict when another process has the folder, UserError when rsyslogd or its module for RELP is not
   * installed, or does not take its settings
   */
  static async start(authority: LogAuthority, options: LogServerOptions): Promise<LogServer> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    if (!(await isFree(options.folder)))
      throw new Conflict(`another process of this controller keeps the logs in ${options.folder}`);
    const port = await options.port();
    await writeFiles(authority, options, port);
    await checkSettings(options.folder);
    const server = new LogServer(options, port);
    server.#spawn();
    try {
      await waitUntil(() => server.#listens(), { deadlineMs: startMs, intervalMs: 50, what: 'rsyslogd' });
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Where this machine reaches it: an address without the brackets of URLs. */
  get host(): string {
    const { bind } = this.options;
    return { '0.0.0.0': '127.0.0.1', '::': '::1' }[bind] ?? bind;
  }

  /** Whether it runs now. */
  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Ends it at once, for tests: it starts again. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Makes it open its files anew. */
  reopen(): void {
    this.#child?.kill('SIGHUP');
  }

  /** Resolves when it has ended, with everything written that it has acknowledged. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#again);
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(stopMs) });
    child.kill('SIGTERM');
    await ended.catch(() => child.kill('SIGKILL'));
  }

  #spawn(): void {
    // Whatever ends this process ends it, too: setpriv asks the kernel for that.
    const alone = ['flock', '--no-fork', '--exclusive', '--nonblock', lockPath(this.options.folder)];
    const server = [program, '-n', '-iNONE', '-f', confPath(this.options.folder)];
    const child = spawn('setpriv', ['--pdeathsig', 'SIGTERM', ...alone, ...server], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    this.#child = child;
    const say = (chunk: Buffer): void =>
      this.options.log.warn({ said: chunk.toString().slice(0, maxSaid) }, 'the log server says');
    child.stdout.on('data', say);
    child.stderr.on('data', say);
    child.once('error', (error) => this.options.log.warn({ err: error }, 'the log server cannot start'));
    child.once('close', (code, signal) => this.#ended(child, { code, signal }));
  }

  #ended(child: ChildProcess, how: object): void {
    if (this.#child === child) this.#child = undefined;
    if (this.#isStopping) return;
    this.options.log.warn(how, 'the log server ended: starting it again');
    this.#again = setTimeout(() => this.#spawn(), againMs);
  }

  async #listens(): Promise<true | undefined> {
    if (this.#child === undefined) throw new UserError(`${program} ended as soon as it was started`);
    return (await answersAt(this.host, this.port)) ? true : undefined;
  }
}

/** Whether somebody listens there. Resolves within half a second. */
export async function answersAt(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function confPath(folder: string): string {
  return join(folder, 'rsyslog.conf');
}

function lockPath(folder: string): string {
  return join(folder, 'lock');
}

/** One that was killed may still be ending. */
async function isFree(folder: string): Promise<boolean> {
  const wait = ['--exclusive', '--wait', '2', lockPath(folder), 'true'];
  return promisify(execFile)('flock', wait, { env, timeout: checkMs }).then(
    () => true,
    () => false,
  );
}

async function writeFiles(
  authority: LogAuthority,
  { folder, bind, now }: LogServerOptions,
  port: number,
): Promise<void> {
  if (/["\\$\n]/.test(folder))
    throw new UserError(`${folder} cannot hold logs: rsyslog takes no path with ", \\ or $ in it`);
  for (const path of [join(folder, 'work'), formationsFolder(folder)])
    await mkdir(path, { recursive: true, mode: 0o700 });
  const { certificate, key } = await authority.ofServer(now());
  const files = {
    'authority.pem': authority.certificate,
    'server.pem': certificate,
    'server.key': key.reveal(),
    'rsyslog.conf': renderNodeFile('log-server.conf.njk', { folder, bind, port, peer: logPeers.node }),
  };
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), content, { mode: 0o600 });
}

/** rsyslogd starts with settings that it has not understood, and would take lines and lose them. */
async function checkSettings(folder: string): Promise<void> {
  const settings = { env, timeout: checkMs };
  await promisify(execFile)(program, ['-N1', '-f', confPath(folder)], settings).catch((error: unknown) => {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT') throw new UserError(missing(['rsyslog', 'rsyslog-relp']), { cause: error });
    if (/could not load module '?[^']*imrelp/.test(stderr))
      throw new UserError(missing(['rsyslog-relp']), { cause: error });
    throw new UserError(`rsyslogd does not take the log server's settings: ${stderr.slice(0, maxSaid)}`, {
      cause: error,
    });
  });
}

function missing(packages: readonly string[]): string {
  const names = packages.join(' ');
  return `logs are not kept, because this machine lacks ${names}: apt-get install ${names}`;
}
