import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { waitUntil } from '../../../base/wait-until.js';
import { clusterPlace, clusterUrl, defaultShared, keptPassword } from './cluster-place.js';
import { startOnFreePort } from './embedded-postgres.js';
import { ensureDatabase } from './ensure-database.js';
import { PgCtl } from './pg-ctl.js';
import type { PostgresAccount } from './postgres-account.js';
import { postgresBinaries } from './postgres-binaries.js';

/** A day of a busy controller's log. */
const replayMs = 6 * 3600_000;
const fileMs = 3600_000;
/** In the cluster, while it recovers: what PostgreSQL asks for, and what it gets. */
const handOver = 'deis_restore';
const wanted = '.wanted';
const none = '.none';
/** Of ask-for-segment.sh, beside what it asks for. */
const askName = 'ask.sh';
const askFile = fileURLToPath(new URL('ask-for-segment.sh', import.meta.url));
const server = { durable: true, maxConnections: 60 };

/** Up to where a cluster is replayed. */
export interface RecoveryTarget {
  /** Commits up to this moment are kept. */
  readonly time: Date;
  readonly timeline: number;
}

/** Gives what is kept of a segment, or of a timeline's history; undefined where that is not needed. */
export type LogSource = (name: string) => Promise<Readable | undefined>;

/** A cluster that is made of a base backup, below a data directory that has none. */
export class RecoveredCluster {
  private constructor(
    private readonly cluster: string,
    private readonly account: PostgresAccount,
    private readonly password: string,
    private readonly server: PgCtl,
  ) {}

  /** @param password of the superuser, as the base backup has it */
  static async begin(home: string, password: string, shared = defaultShared()): Promise<RecoveredCluster> {
    const path = resolve(home);
    await mkdir(path, { recursive: true, mode: 0o711 });
    const { cluster, account } = await clusterPlace(path, shared);
    const { root } = await postgresBinaries(account, join(shared, 'binaries'));
    await keptPassword(path, password);
    await mkdir(dirname(cluster), { recursive: true, mode: 0o755 });
    const made = new RecoveredCluster(cluster, account, password, new PgCtl(root, cluster, account));
    for (const folder of ['', 'pg_wal', 'pg_wal/archive_status', handOver]) await made.addFolder(folder);
    await made.addFile(join(handOver, askName), createReadStream(askFile));
    return made;
  }

  /** Safe to repeat. @param path within the cluster, without `..` */
  async addFolder(path: string): Promise<void> {
    const folder = this.#inside(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#own(folder);
  }

  /** Writes a file durably. */
  async addFile(path: string, bytes: Readable): Promise<void> {
    const file = this.#inside(path);
    const target = createWriteStream(file, { flags: 'w', mode: 0o600, flush: true });
    await pipeline(bytes, target, { signal: AbortSignal.timeout(fileMs) });
    await this.#own(file);
  }

  /**
   * Replays the log up to the target, and ends with a server that was stopped in order. Its last transaction is from
   * before the target: proved, whatever PostgreSQL says of a target behind the end of the log. @throws Error
   */
  async replay(target: RecoveryTarget, source: LogSource): Promise<void> {
    // Zones have no names yet when it reads this.
    const moment = target.time.toISOString().replace('T', ' ').replace('Z', '+00');
    const time = { recovery_target_time: moment, recovery_target_action: 'promote' };
    try {
      await this.#run(target, time, source);
    } catch (cause) {
      // Where nothing was committed after the target, PostgreSQL finds no place to stop at: then the end is it.
      await this.#run(target, {}, source).catch((error: unknown) => {
        throw new Error(`the log could not be replayed: ${(error as Error).message}`, { cause });
      });
    }
    await rm(this.#inside(handOver), { recursive: true, force: true });
  }

  async #run(
    { time, timeline }: RecoveryTarget,
    more: Readonly<Record<string, string>>,
    source: LogSource,
  ): Promise<void> {
    await this.addFile('recovery.signal', Readable.from([]));
    const settings = {
      restore_command: `sh ${handOver}/${askName} ${handOver} %f %p`,
      recovery_target_timeline: String(timeline),
      // Nobody reads it before it is what it shall be.
      hot_standby: 'off',
      // The history of the new timeline is kept for the next controller, and nobody copies anything now.
      archive_mode: 'on',
      archive_command: '',
      ...more,
    };
    try {
      const url = await this.#serve(startOnFreePort(this.server, { ...server, settings }, 1), source);
      await this.#checkLast(url, time);
    } finally {
      if ((await this.server.runningPort()) !== undefined) await this.server.stop();
    }
  }

  /** Hands over what is asked for, also while the server starts, until it takes connections. */
  async #serve(starting: Promise<number>, source: LogSource): Promise<string> {
    let started: (() => number) | undefined;
    void starting.then(
      (port) => (started = () => port),
      (error: unknown) => {
        started = () => {
          throw error as Error;
        };
      },
    );
    return waitUntil(
      async () => {
        for (const name of await this.#asked()) await this.#answer(name, source);
        if (started === undefined) return undefined;
        const url = clusterUrl(this.cluster, this.password, started());
        if ((await this.server.runningPort()) === undefined)
          throw new Error(`PostgreSQL ended while it recovered:\n${await this.server.logTail()}`);
        return (await ensureDatabase(url)) ? url : undefined;
      },
      { deadlineMs: replayMs, intervalMs: 20, what: 'PostgreSQL to have replayed its log' },
    );
  }

  async #asked(): Promise<string[]> {
    const names = await readdir(this.#inside(handOver));
    return names.filter((name) => name.endsWith(wanted)).map((name) => name.slice(0, -wanted.length));
  }

  async #answer(name: string, source: LogSource): Promise<void> {
    await rm(this.#inside(handOver, name + wanted), { force: true });
    const bytes = await source(name);
    if (bytes === undefined) return writeFile(this.#inside(handOver, name + none), '');
    await this.addFile(join(handOver, '.next'), bytes);
    await rename(this.#inside(handOver, '.next'), this.#inside(handOver, name));
  }

  async #checkLast(url: string, time: Date): Promise<void> {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<{ after: boolean }>(
        'select coalesce(pg_last_xact_replay_timestamp() > $1::timestamptz, false) as after',
        [time.toISOString()],
      );
      if (rows[0]!.after) throw new Error(`what was replayed goes beyond ${time.toISOString()}`);
    } finally {
      await client.end();
    }
  }

  async #own(path: string): Promise<void> {
    if (this.account.isOther) await chown(path, this.account.uid, this.account.gid);
  }

  /** @throws Error for a name that leads out of the cluster */
  #inside(...names: string[]): string {
    const path = resolve(join(this.cluster, ...names));
    if (path === this.cluster || path.startsWith(`${this.cluster}/`)) return path;
    throw new Error(`${join(...names)} is no file of a cluster`);
  }
}
