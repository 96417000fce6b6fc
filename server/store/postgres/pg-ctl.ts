import { execa, execaSync } from 'execa';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../../base/wait-until.js';
import { socketFolder } from './cluster-place.js';
import type { PostgresAccount } from './postgres-account.js';

export interface ServerOptions {
  readonly durable: boolean;
  readonly maxConnections: number;
  /** More of its own settings, for this run. Without single quotes. */
  readonly settings?: Readonly<Record<string, string>>;
}

const startSeconds = 60;
/** Making a cluster on a slow disk takes longest; starting and stopping end by themselves before. */
const programMs = 300_000;
const stopArguments = ['stop', '--mode=fast', '--wait', '--timeout=30'];
/** `pg_ctl status` when no server runs, https://www.postgresql.org/docs/current/app-pg-ctl.html */
const notRunning = 3;

/** Runs PostgreSQL's own programs on one cluster, as the cluster's account. */
export class PgCtl {
  constructor(
    private readonly root: string,
    private readonly cluster: string,
    private readonly account: PostgresAccount,
  ) {}

  async initialise(folder: string, superuser: string, passwordFile: string): Promise<void> {
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    await this.#run('initdb', [
      `--pgdata=${folder}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      ...locale,
    ]);
  }

  /**
   * Resolves when it accepts connections. It belongs to no process group of ours: neither Ctrl-C nor our
   * death ends it.
   */
  async start(port: number, options: ServerOptions): Promise<void> {
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: socketFolder(this.cluster) ?? '',
      max_connections: options.maxConnections,
      shared_buffers: '64MB',
      ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
      ...options.settings,
    };
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
    await this.#run('pg_ctl', [
      'start',
      '--wait',
      `--timeout=${startSeconds}`,
      `--log=${join(this.cluster, 'server.log')}`,
      `--options=${flags.join(' ')}`,
    ]);
  }

  async stop(): Promise<void> {
    await this.#run('pg_ctl', stopArguments);
  }

  stopSync(): void {
    execaSync(join(this.root, 'bin', 'pg_ctl'), [...stopArguments, `--pgdata=${this.cluster}`], {
      ...this.#options(),
      timeout: programMs,
    });
  }

  /**
   * The port of the server that runs on this cluster, though it may not accept connections yet, or any more;
   * undefined when none runs.
   */
  async runningPort(): Promise<number | undefined> {
    const seen = await waitUntil(() => this.#look(), {
      deadlineMs: startSeconds * 1000,
      intervalMs: 50,
      what: `the PostgreSQL that runs on ${this.cluster} to name its port`,
    });
    return seen === 'none' ? undefined : seen;
  }

  /**
   * Line 1 of postmaster.pid is the process, line 4 the port: src/include/utils/pidfile.h of PostgreSQL.
   * undefined while it is half written.
   */
  async #look(): Promise<number | 'none' | undefined> {
    const status = await execa(join(this.root, 'bin', 'pg_ctl'), ['status', `--pgdata=${this.cluster}`], {
      ...this.#options(),
      timeout: programMs,
      reject: false,
    });
    if (status.exitCode === notRunning) return 'none';
    if (status.exitCode !== 0)
      throw new Error(`pg_ctl status on ${this.cluster}: ${status.stderr || status.shortMessage}`);
    const pidFile = join(this.cluster, 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
    if (!(await isZombie(lines[0]))) return Number(lines[3]) || undefined;
    // Dead, but nobody has reaped it (containers without an init): PostgreSQL itself would refuse to start
    // for ever.
    await rm(pidFile, { force: true });
    return 'none';
  }

  /** Whether the server's process is there, as cheap to ask as reading a file. */
  async isAlive(): Promise<boolean> {
    const [pid] = (await readFile(join(this.cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    return Number(pid) > 0 && existsSync(`/proc/${Number(pid)}`) && !(await isZombie(pid));
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const place = program === 'pg_ctl' ? [`--pgdata=${this.cluster}`] : [];
    // Not piped: the server inherits what pg_ctl has, and would hold a pipe open for ever.
    const result = await execa(join(this.root, 'bin', program), [...args, ...place], {
      ...this.#options(),
      ...(args[0] === 'start' ? { stdio: 'ignore' } : {}),
      timeout: programMs,
      reject: false,
    });
    if (!result.failed) return;
    const log = args[0] === 'start' ? await this.logTail() : '';
    throw new Error(
      [`${program} ${args[0]} failed on ${this.cluster}`, result.stderr, log].filter(Boolean).join('\n'),
      { cause: result },
    );
  }

  /** The end of what the server has written into its log. */
  async logTail(): Promise<string> {
    const text = await readFile(join(this.cluster, 'server.log'), 'utf8').catch(() => '');
    return text.split('\n').slice(-12).join('\n');
  }

  #options() {
    const identity = this.account.isOther ? { uid: this.account.uid, gid: this.account.gid } : {};
    return {
      ...identity,
      cwd: '/',
      extendEnv: false,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    } as const;
  }
}

async function isZombie(pid: string | undefined): Promise<boolean> {
  const text = await readFile(`/proc/${Number(pid)}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')')).startsWith(') Z');
}
