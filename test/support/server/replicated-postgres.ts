import { execFile } from 'node:child_process';
import {
  appendFile,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { waitUntil } from '../../../base/wait-until.js';
import { clusterPlace, defaultShared, keptPassword } from '../../../server/store/postgres/cluster-place.js';
import { EmbeddedPostgres } from '../../../server/store/postgres/embedded-postgres.js';

const run = promisify(execFile);
/** What a copy of a running cluster leaves out: https://www.postgresql.org/docs/current/continuous-archiving.html */
const notCopied = ['postmaster.pid', 'postmaster.opts', 'pg_wal', 'server.log'];

/**
 * A PostgreSQL with a standby that streams from it, as an operator has them on two hosts: what is committed is on
 * both. Here both are on loopback, at ports of their own.
 */
export class ReplicatedPostgres {
  private constructor(
    private readonly folder: string,
    private readonly primary: EmbeddedPostgres,
    private readonly standby: EmbeddedPostgres,
  ) {}

  static async start(): Promise<ReplicatedPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'deis-test-replicated-'));
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const primary = await EmbeddedPostgres.start({ home: one });
    await copyCluster(primary, one, two);
    const standby = await EmbeddedPostgres.start({ home: two });
    const pair = new ReplicatedPostgres(folder, primary, standby);
    await ask(primary.url, `alter system set synchronous_standby_names = '*'`);
    await ask(primary.url, 'select pg_reload_conf()');
    const look = async (): Promise<true | undefined> => {
      const [row] = await ask(primary.url, 'select sync_state from pg_stat_replication');
      return row?.['sync_state'] === 'sync' ? true : undefined;
    };
    await waitUntil(look, { deadlineMs: 30_000, intervalMs: 50, what: 'the standby to follow' });
    return pair;
  }

  /** Names both, the standby first: its place in the list says nothing. */
  get url(): string {
    const [one, two] = [this.standbyUrl, this.primaryUrl].map((each) => new URL(each).host);
    return this.primaryUrl.replace(two!, `${one},${two}`);
  }

  get primaryUrl(): string {
    return onLoopback(this.primary.url);
  }

  get standbyUrl(): string {
    return onLoopback(this.standby.url);
  }

  /** SIGKILL to all of its processes, as when its host is gone. */
  async killPrimary(): Promise<void> {
    const [pid = ''] = (await readFile(join(this.primary.cluster, 'postmaster.pid'), 'utf8')).split('\n');
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    for (const each of [pid, ...children]) process.kill(Number(each), 'SIGKILL');
    const isGone = async (): Promise<true | undefined> => {
      // Where nobody reaps it, it stays as a zombie.
      const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
      return /\) Z/.test(state) ? true : undefined;
    };
    await waitUntil(isGone, { deadlineMs: 10_000, intervalMs: 20, what: 'the primary to end' });
  }

  /** The former primary comes back by itself, at its address, and takes writes that nobody else has. */
  async bringBackPrimary(): Promise<void> {
    this.primary.keepRunning({ warn: () => undefined }, 50);
    const look = (): Promise<true | undefined> =>
      ask(this.primary.url, 'select 1').then(
        () => true as const,
        () => undefined,
      );
    await waitUntil(look, { deadlineMs: 30_000, intervalMs: 100, what: 'the former primary' });
  }

  /** What an operator, or a program of theirs, does then. */
  async promote(): Promise<void> {
    await ask(this.standby.url, 'select pg_promote()');
  }

  async remove(): Promise<void> {
    await this.primary.stop().catch(() => undefined);
    for (const name of ['one', 'two']) await EmbeddedPostgres.remove(join(this.folder, name));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A list of servers has their hosts: a socket would be that of one. */
function onLoopback(url: string): string {
  return url.replace(/\?.*$/, '');
}

/** Makes a standby of a running server in the place of another: its files, and from where it follows. */
async function copyCluster(primary: EmbeddedPostgres, from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o711 });
  await keptPassword(to, await keptPassword(from));
  const { cluster } = await clusterPlace(to, defaultShared());
  const { uid, gid } = await stat(primary.cluster);
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', true)`);
    await mkdir(cluster, { recursive: true, mode: 0o700 });
    for (const name of await readdir(primary.cluster))
      if (!notCopied.includes(name) && !name.startsWith('.s.PGSQL.'))
        await cp(join(primary.cluster, name), join(cluster, name), {
          recursive: true,
          preserveTimestamps: true,
        });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    await writeFile(join(cluster, 'backup_label'), rows[0]!.labelfile);
  } finally {
    await client.end();
  }
  const { hostname, port, username, password } = new URL(primary.url);
  const follow = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  await mkdir(join(cluster, 'pg_wal'), { recursive: true });
  await writeFile(join(cluster, 'standby.signal'), '');
  await appendFile(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${follow}'\n`);
  await chown(cluster, uid, gid);
  await run('chown', ['-R', `${uid}:${gid}`, cluster]);
}

async function ask(url: string, query: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}
