import { createReadStream } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeDurably } from '../../blobs/durable-file.js';
import type { Database } from '../../store/database.js';
import { keptLogFolder } from '../../store/postgres/keep-log.js';
import type { SealFor } from '../archive/envelope.js';
import type { BackupPlace } from '../places/backup-place.js';
import { putLogFile } from './log-file.js';
import { historyName, parseHistory, segmentBytes, segmentNumber, timelineOf } from './log-position.js';
import { readCluster, writeReach, type Reach } from './recovery-index.js';

export interface LogArchiverParts {
  readonly database: Database;
  /** The folder of the cluster's files, whose log is kept: see `keepLog`. */
  readonly cluster: string;
  /** The cluster's folder in the place. */
  readonly place: BackupPlace;
  readonly sealFor: SealFor;
  /** Bytes of log that may wait for the place. */
  readonly maxWaiting: number;
}

interface Look {
  readonly at: Date;
  readonly snapshot: string;
  readonly timeline: number;
}

/**
 * Copies the log of an embedded cluster to a place of backups. PostgreSQL keeps each segment until its copy is there,
 * however long the place is away, up to a bound; then the oldest moments go, not the database.
 */
export class LogArchiver {
  #before: string | undefined;
  #reach: Reach | undefined;
  /** The last one that is in the place, by timeline. */
  readonly #last = new Map<number, string>();
  #waiting = 0;

  constructor(private readonly parts: LogArchiverParts) {}

  /** All that was committed before this moment is in the place; undefined before the first round. */
  get until(): Date | undefined {
    return this.#reach?.until;
  }

  /** Bytes of log that were not copied when it last looked. */
  get waitingBytes(): number {
    return this.#waiting;
  }

  /**
   * One round: ends the segment that is written, where anything was committed, and copies what is whole.
   * @throws what the place says; Error where log was given up
   */
  async round(): Promise<void> {
    const look = await this.#look();
    // The same text: no transaction that wrote has ended since.
    if (look.snapshot !== this.#before) await this.parts.database.raw('select pg_switch_wal()');
    await this.#copyAll();
    this.#before = look.snapshot;
    await this.#tell(look);
  }

  async #look(): Promise<Look> {
    const { rows } = await this.parts.database.raw<{
      rows: (Omit<Look, 'timeline'> & { segment: string })[];
    }>(
      `select now() as at, pg_current_snapshot()::text as snapshot,
         pg_walfile_name(pg_current_wal_insert_lsn()) as segment`,
    );
    const { at, snapshot, segment } = rows[0]!;
    return { at, snapshot, timeline: timelineOf(segment) };
  }

  /** Names of what PostgreSQL waits to have copied, in order. */
  async #ready(): Promise<string[]> {
    const { rows } = await this.parts.database.raw<{ rows: { name: string }[] }>(
      `select name from pg_ls_archive_statusdir() where name like '%.ready' order by name`,
    );
    return rows.map(({ name }) => name.slice(0, -'.ready'.length));
  }

  async #copyAll(): Promise<void> {
    const { cluster, place, sealFor, maxWaiting } = this.parts;
    const marks = join(cluster, keptLogFolder);
    await mkdir(marks, { recursive: true });
    // PostgreSQL's account looks into it.
    await chmod(marks, 0o755);
    const [ready, marked] = [await this.#ready(), await readdir(marks)];
    for (const mark of marked) if (!ready.includes(mark)) await rm(join(marks, mark), { force: true });
    const waiting = ready.filter((name) => !marked.includes(name));
    const bytes = (): number => waiting.length * segmentBytes;
    this.#waiting = bytes();
    if (this.#waiting > maxWaiting) {
      for (const name of waiting) await mark(marks, name);
      throw new Error(
        `${place.title} was away for too long: ${waiting.length} segments of the log were given up, and their ` +
          'moments cannot be restored; the next base backup begins again',
      );
    }
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      await putLogFile(place, name, createReadStream(join(cluster, 'pg_wal', name)), sealFor);
      await mark(marks, name);
      this.#noteLast(name);
      this.#waiting = bytes();
    }
  }

  async #tell({ at, timeline }: Look): Promise<void> {
    const { place, cluster } = this.parts;
    if (this.#reach?.timeline !== timeline) {
      const { log, reaches } = await readCluster(place);
      this.#reach = reaches.find((each) => each.timeline === timeline);
      for (const name of log) this.#noteLast(name);
    }
    const segment = this.#last.get(timeline);
    if (segment === undefined) return;
    const ancestors =
      timeline === 1
        ? []
        : parseHistory(await readFile(join(cluster, 'pg_wal', historyName(timeline)), 'utf8'));
    const reach = { timeline, since: this.#reach?.since ?? at, until: at, segment, ancestors };
    await writeReach(place, reach);
    this.#reach = reach;
  }

  #noteLast(name: string): void {
    if (segmentNumber(name) === undefined) return;
    const timeline = timelineOf(name);
    const known = this.#last.get(timeline);
    if (known === undefined || name > known) this.#last.set(timeline, name);
  }
}

function mark(folder: string, name: string): Promise<string> {
  return writeDurably(Readable.from([]), folder, () => join(folder, name), 0o644);
}
