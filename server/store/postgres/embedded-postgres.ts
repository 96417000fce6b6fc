import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { waitUntil } from '../../../base/wait-until.js';
import { freePort } from '../../free-port.js';
import {
  clusterPlace,
  clusterUrl,
  defaultShared,
  keptPassword,
  removeSockets,
  superuser,
} from './cluster-place.js';
import { ensureDatabase } from './ensure-database.js';
import { keepLog } from './keep-log.js';
import { PgCtl, type ServerOptions } from './pg-ctl.js';
import type { PostgresAccount } from './postgres-account.js';
import { PostgresKeeper, type KeeperLog } from './postgres-keeper.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';

export interface EmbeddedPostgresOptions {
  /** Holds password and, where its account can reach it, the cluster. Made when missing. */
  readonly home: string;
  /**
   * For binaries and clusters that the account could not reach at their own place. Default:
   * /var/lib/deis-postgres for root, else ~/.cache/deis-postgres.
   */
  readonly shared?: string;
  /** False speeds up tests: data may be lost when the host crashes. Default true. */
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** Whether its log is kept until it was copied: see `keepLog`. Left as it is where it is not said. */
  readonly keepLog?: boolean;
  /** More of PostgreSQL's settings, for this run. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A crashed server replays its log before it takes connections. */
const recoveryMs = 120_000;

/**
 * A real PostgreSQL below the controller's data directory. Listens on a socket in the folder of its files and on
 * loopback, under a generated password. It outlives a killed controller; the next `start` adopts it as it runs.
 */
export class EmbeddedPostgres {
  #keeper: PostgresKeeper | undefined;

  private constructor(
    /** `postgres://` with the password: never log it. */
    readonly url: string,
    /** True when the server was running already, left by a killed controller. */
    readonly adopted: boolean,
    /** The folder of its files. */
    readonly cluster: string,
    private readonly server: PgCtl,
    private readonly options: ServerOptions,
  ) {}

  /** @throws UserError when the cluster was made by another major version. */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const home = resolve(options.home);
    const shared = options.shared ?? defaultShared();
    await mkdir(home, { recursive: true, mode: 0o711 });
    const { cluster, account } = await clusterPlace(home, shared);
    const binaries = await postgresBinaries(account, join(shared, 'binaries'));
    const password = await keptPassword(home);
    await refuseOtherMajor(cluster, binaries);
    const server = new PgCtl(binaries.root, cluster, account);
    if (!existsSync(cluster)) await createCluster(cluster, server, account, password);
    const urlOf = (port: number): string => clusterUrl(cluster, password, port);
    const startNew = async (): Promise<string> => {
      await removeSockets(cluster);
      const url = urlOf(await startOnFreePort(server, serverOptions(options)));
      if (!(await ensureDatabase(url)))
        throw new Error(`PostgreSQL on ${cluster} started and takes no connections`);
      return url;
    };
    const left = await leftBehind(server, urlOf);
    let url = left ?? (await startNew());
    if (options.keepLog !== undefined && (await keepLog(url, cluster, options.keepLog))) {
      await server.stop();
      url = await startNew();
    }
    return new EmbeddedPostgres(url, left !== undefined, cluster, server, serverOptions(options));
  }

  /**
   * Starts the server again, at the same address, whenever it has ended without being stopped: killed for want of
   * memory, say. Until `stop`.
   */
  keepRunning(log: KeeperLog, everyMs = 1_000): void {
    this.#keeper ??= new PostgresKeeper(
      { isAlive: () => this.server.isAlive(), start: () => this.#startAgain() },
      log,
      everyMs,
    );
  }

  /** Whether `home` has a cluster. */
  static async exists(home: string, shared = defaultShared()): Promise<boolean> {
    return existsSync(home) && existsSync((await clusterPlace(resolve(home), shared)).cluster);
  }

  /** Ends every connection and stops the server; returns when its files are closed. */
  async stop(): Promise<void> {
    await this.#keeper?.stop();
    await this.server.stop();
  }

  async #startAgain(): Promise<void> {
    await this.server.start(Number(new URL(this.url).port), this.options);
  }

  /** As `stop`, for a process that is about to exit and can wait for nothing. */
  stopSync(): void {
    this.server.stopSync();
  }

  /** Stops the server that serves `home`: one that a killed controller left. Returns false when none runs. */
  static async halt(home: string, shared = defaultShared()): Promise<boolean> {
    if (!existsSync(home)) return false;
    const { cluster, account } = await clusterPlace(resolve(home), shared);
    if (!existsSync(cluster)) return false;
    const { root } = await postgresBinaries(account, join(shared, 'binaries'));
    const server = new PgCtl(root, cluster, account);
    if ((await server.runningPort()) === undefined) return false;
    await server.stop();
    return true;
  }

  /** Stops the server that serves `home`, if any, and removes its files. */
  static async remove(home: string, shared = defaultShared()): Promise<void> {
    if (!existsSync(home)) return;
    await EmbeddedPostgres.halt(home, shared);
    const { cluster } = await clusterPlace(resolve(home), shared);
    await rm(cluster, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
    // Of the shared folder nothing is left but what others use.
    for (const folder of [join(shared, 'clusters'), shared]) await rmdir(folder).catch(() => undefined);
  }
}

function serverOptions({ durable, maxConnections, settings }: EmbeddedPostgresOptions): ServerOptions {
  return { durable: durable ?? true, maxConnections: maxConnections ?? 60, ...(settings && { settings }) };
}

/** Made beside and renamed, so that a cluster exists whole or not at all. */
async function createCluster(
  cluster: string,
  server: PgCtl,
  account: PostgresAccount,
  password: string,
): Promise<void> {
  const half = `${cluster}.new`;
  await rm(half, { recursive: true, force: true });
  await mkdir(dirname(half), { recursive: true, mode: 0o755 });
  await mkdir(half, { mode: 0o700 });
  const passwordFile = `${cluster}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.isOther) for (const path of [half, passwordFile]) await chown(path, account.uid, account.gid);
  try {
    await server.initialise(half, superuser, passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await chmod(half, 0o700);
  await rename(half, cluster);
}

/**
 * URL of a server that runs already, once it takes connections: it may be recovering. undefined when none
 * runs, or it ends meanwhile.
 */
async function leftBehind(server: PgCtl, urlOf: (port: number) => string): Promise<string | undefined> {
  const look = async (): Promise<{ url: string | undefined } | undefined> => {
    const port = await server.runningPort();
    if (port === undefined) return { url: undefined };
    const url = urlOf(port);
    return (await ensureDatabase(url)) ? { url } : undefined;
  };
  const found = await waitUntil(look, {
    deadlineMs: recoveryMs,
    intervalMs: 50,
    what: 'the PostgreSQL that runs already to take connections',
  });
  return found.url;
}

/** Another process may take the port between choosing and listening: then another one is chosen. */
export async function startOnFreePort(server: PgCtl, options: ServerOptions, attempts = 3): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort('127.0.0.1', 0);
    try {
      await server.start(port, options);
      return port;
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

async function refuseOtherMajor(cluster: string, binaries: PostgresBinaries): Promise<void> {
  const text = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const have = text === undefined ? binaries.major : Number.parseInt(text, 10);
  if (have === binaries.major) return;
  throw new UserError(
    [
      `the embedded database in ${cluster} belongs to PostgreSQL ${have}, ` +
        `this controller brings PostgreSQL ${binaries.major}.`,
      'Take the data across in three steps:',
      '  1. with the previous version of the controller running, dump: pg_dump --format=custom ' +
        '--file=deis.dump "$(deis-controller database-url)"',
      `  2. stop it, move ${cluster} away, start this version once and stop it again`,
      '  3. with this version running, restore: pg_restore --clean --if-exists ' +
        '--dbname="$(deis-controller database-url)" deis.dump',
    ].join('\n'),
  );
}
