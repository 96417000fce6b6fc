import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { waitUntil } from '../../provisioner/wait-until.js';
import type { PostgresAccount } from './postgres-account.js';

export interface ServerOptions {
  readonly durable: boolean;
  readonly maxConnections: number;
}

const startSeconds = 60;
const stopSeconds = 30;
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
    await this.#run('initdb', [`--pgdata=${folder}`, `--username=${superuser}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', ...locale]);
  }

  /** Resolves when it accepts connections. It belongs to no process group of ours: neither Ctrl-C nor our death ends it. */
  async start(port: number, options: ServerOptions): Promise<void> {
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: options.maxConnections,
      shared_buffers: '64MB',
      ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    };
    const flags = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
    await this.#run('pg_ctl', ['start', '--wait', `--timeout=${startSeconds}`, `--log=${join(this.cluster, 'server.log')}`, `--options=${flags.join(' ')}`]);
  }

  async stop(): Promise<void> {
    await this.#run('pg_ctl', ['stop', '--mode=fast', '--wait', `--timeout=${stopSeconds}`]);
  }

  /** The port of the server that runs on this cluster; undefined when none does. */
  async runningPort(): Promise<number | undefined> {
    const status = await execa(join(this.root, 'bin', 'pg_ctl'), ['status', `--pgdata=${this.cluster}`], { ...this.#options(), reject: false });
    if (status.exitCode === notRunning) return undefined;
    if (status.exitCode !== 0) throw new Error(`pg_ctl status on ${this.cluster}: ${status.stderr || status.shortMessage}`);
    return waitUntil(() => this.#portOfPidFile(), { deadlineMs: startSeconds * 1000, intervalMs: 50, what: `PostgreSQL on ${this.cluster} to name its port` });
  }

  /** Makes the database of `url` unless it is there. Waits while the server still recovers from a crash. */
  async ensureDatabase(url: string, name: string): Promise<void> {
    const target = new URL(url);
    target.pathname = '/postgres';
    const client = await waitUntil(() => connect(target.href), { deadlineMs: startSeconds * 1000, intervalMs: 50, what: 'PostgreSQL to accept connections' });
    try {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
    } finally {
      await client.end();
    }
  }

  /** Line 4 of postmaster.pid is the port: src/include/utils/pidfile.h of PostgreSQL. */
  async #portOfPidFile(): Promise<number | undefined> {
    const text = await readFile(join(this.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
    return Number(text.split('\n')[3]) || undefined;
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const place = program === 'pg_ctl' ? [`--pgdata=${this.cluster}`] : [];
    // Not piped: the server inherits what pg_ctl has, and would hold a pipe open for ever.
    const result = await execa(join(this.root, 'bin', program), [...args, ...place], { ...this.#options(), ...(args[0] === 'start' ? { stdio: 'ignore' } : {}), reject: false });
    if (!result.failed) return;
    const log = args[0] === 'start' ? await this.#logTail() : '';
    throw new Error([`${program} ${args[0]} failed on ${this.cluster}`, result.stderr, log].filter(Boolean).join('\n'), { cause: result });
  }

  async #logTail(): Promise<string> {
    const text = await readFile(join(this.cluster, 'server.log'), 'utf8').catch(() => '');
    return text.split('\n').slice(-12).join('\n');
  }

  #options() {
    const identity = this.account.isOther ? { uid: this.account.uid, gid: this.account.gid } : {};
    return { ...identity, cwd: '/', extendEnv: false, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } } as const;
  }
}

/** undefined while the server starts up or recovers. */
async function connect(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const startingUp = '57P03';
    if (code === startingUp || code === 'ECONNREFUSED' || code === 'ECONNRESET') return undefined;
    throw error;
  }
}
