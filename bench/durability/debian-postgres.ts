import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from '../../server/free-port.js';
import { PgCtl } from '../../server/store/postgres/pg-ctl.js';
import { postgresAccount } from '../../server/store/postgres/postgres-account.js';

const versions = '/usr/lib/postgresql';
const programMs = 3600_000;

/** A PostgreSQL of Debian's package on a cluster of its own: it has pg_dump, which the embedded one has not. */
export class DebianPostgres {
  private constructor(
    private readonly root: string,
    private readonly port: number,
    private readonly server: PgCtl,
  ) {}

  /** Undefined where the package `postgresql` is not installed. @param folder gets the cluster */
  static async start(folder: string): Promise<DebianPostgres | undefined> {
    const [newest] = (await readdir(versions).catch(() => [])).sort((a, b) => Number(b) - Number(a));
    const root = join(versions, newest ?? 'none');
    if (!existsSync(join(root, 'bin/initdb')) || !existsSync(join(root, 'bin/pg_dump'))) return undefined;
    const cluster = join(folder, 'cluster');
    const account = await postgresAccount(cluster);
    await chmod(folder, 0o711);
    await mkdir(cluster, { mode: 0o700 });
    if (account.isOther) await chown(cluster, account.uid, account.gid);
    await execa(
      join(root, 'bin/initdb'),
      ['--username=deis', '--auth=trust', '--encoding=UTF8', '--locale=C', `--pgdata=${cluster}`],
      { ...(account.isOther ? { uid: account.uid, gid: account.gid } : {}), cwd: '/', timeout: programMs },
    );
    const server = new PgCtl(root, cluster, account);
    const port = await freePort('127.0.0.1', 0);
    await server.start(port, { durable: true, maxConnections: 60 });
    return new DebianPostgres(root, port, server);
  }

  /** Of an empty database that is made. */
  async database(name: string): Promise<string> {
    const url = (database: string): string => `postgres://deis@127.0.0.1:${this.port}/${database}`;
    await this.run('psql', [url('postgres'), '--quiet', '--command', `create database ${name}`]);
    return url(name);
  }

  /** Runs one of its programs. */
  async run(program: 'psql' | 'pg_dump' | 'pg_restore', args: readonly string[]): Promise<void> {
    await execa(join(this.root, 'bin', program), args, { timeout: programMs });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
