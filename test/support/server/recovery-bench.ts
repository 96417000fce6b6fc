import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../../../base/wait-until.js';
import { makeKey } from '../../../server/backup/make-key.js';
import { readSealFor } from '../../../server/backup/backup-keys.js';
import { openPlace } from '../../../server/backup/places/open-place.js';
import type { SealFor } from '../../../server/backup/archive/envelope.js';
import type { BackupPlace } from '../../../server/backup/places/backup-place.js';
import { LogArchiver } from '../../../server/backup/point-in-time/log-archiver.js';
import { logKeys } from '../../../server/backup/point-in-time/log-keys.js';
import { clusterFolder } from '../../../server/backup/point-in-time/recovery-names.js';
import type { CommandContext } from '../../../server/commands/command-context.js';
import { createBaseFromSettings } from '../../../server/commands/backup/backup-to-time.js';
import { DataDirectory } from '../../../server/data-directory.js';
import { embeddedHome } from '../../../server/store/postgres/embedded-home.js';
import { readSettings } from '../../../server/settings/settings.js';
import { openDatabase, type Database } from '../../../server/store/database.js';
import { migrate } from '../../../server/store/migrate.js';
import { EmbeddedPostgres } from '../../../server/store/postgres/embedded-postgres.js';
import { checkMasterKey, openMasterKeyFile } from '../../../server/store/sealing/master-key.js';
import { Stores } from '../../../server/store/stores.js';

type Env = Record<string, string>;

/** The embedded database of a controller, whose log is kept, without the controller: tests say when. */
export class RecoveryBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'deis-recovery-'));
  readonly dataDir = join(this.folder, 'data');
  readonly keys = join(this.folder, 'keys');
  /** The place, unless a test says another. */
  readonly backups = join(this.folder, 'backups');
  readonly lines: string[] = [];
  env: Env = {};
  database!: Database;
  archiver!: LogArchiver;
  /** The cluster's folder in the place. */
  kept!: BackupPlace;
  #embedded!: EmbeddedPostgres;
  #sealFor!: SealFor;

  /** @param more settings, e.g. a passphrase in place of recipients */
  static async create(more: (bench: RecoveryBench) => Env = () => ({})): Promise<RecoveryBench> {
    const bench = new RecoveryBench();
    // PostgreSQL's own account gets in.
    chmodSync(bench.folder, 0o755);
    mkdirSync(bench.keys);
    const identity = join(bench.keys, 'backup.key');
    bench.env = {
      DEIS_DATA_DIR: bench.dataDir,
      DEIS_BACKUP_TO: bench.backups,
      DEIS_BACKUP_RECIPIENTS: await makeKey(identity),
      DEIS_BACKUP_IDENTITY_FILE: identity,
      DEIS_MASTER_KEY_FILE: join(bench.keys, 'master.key'),
      ...more(bench),
    };
    await bench.start();
    return bench;
  }

  /** A file with a passphrase, and the settings that name it. */
  passphrase(text = 'correct horse battery'): Env {
    const file = join(this.keys, 'passphrase');
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return { DEIS_BACKUP_RECIPIENTS: '', DEIS_BACKUP_IDENTITY_FILE: '', DEIS_BACKUP_PASSPHRASE_FILE: file };
  }

  /** Starts the database as a controller does. */
  async start(): Promise<void> {
    const settings = readSettings(this.env);
    this.#embedded = await EmbeddedPostgres.start({ home: embeddedHome(this.dataDir), keepLog: true });
    this.database = openDatabase({ url: this.#embedded.url, poolSize: 2 });
    await migrate(this.database);
    const box = await openMasterKeyFile(settings.masterKeyFile);
    await checkMasterKey(this.database, box, settings.masterKeyFile);
    const { instanceFacts } = new Stores(this.database, box);
    const folder = await DataDirectory.open(this.dataDir);
    await folder.checkRestored();
    const instance = await folder.instanceId(instanceFacts, undefined);
    await folder.close();
    const { sealFor } = await logKeys(await readSealFor(settings.backup), instanceFacts);
    const { rows } = await this.database.raw<{ rows: { system: string }[] }>(
      'select system_identifier::text as system from pg_control_system()',
    );
    const place = await openPlace(settings.backup.to!, settings.storeAccess);
    this.kept = place.within(clusterFolder({ instance, system: rows[0]!.system }));
    this.#sealFor = sealFor;
    this.archiver = this.archiverOf(1024 ** 3);
  }

  /** @param maxWaiting bytes of log that may wait */
  archiverOf(maxWaiting: number): LogArchiver {
    const { database, kept: place } = this;
    const { cluster } = this.#embedded;
    return new LogArchiver({ database, cluster, place, sealFor: this.#sealFor, maxWaiting });
  }

  async close(): Promise<void> {
    await this.database.destroy();
    await EmbeddedPostgres.remove(embeddedHome(this.dataDir));
    rmSync(this.folder, { recursive: true, force: true });
  }

  base(): Promise<void> {
    return createBaseFromSettings(this.context());
  }

  /** A user of this name: a commit. Resolves to the database's time after it. */
  async commit(username: string): Promise<Date> {
    await this.database('users').insert({ username, email: `${username}@example.com`, password_hash: 'x' });
    return this.time();
  }

  /** A whole millisecond after all that was committed, and before all that will be: a Date has no finer ones. */
  async time(): Promise<Date> {
    const now = async (): Promise<Date> => {
      const { rows } = await this.database.raw<{ rows: { at: Date }[] }>('select clock_timestamp() as at');
      return rows[0]!.at;
    };
    const next = (await now()).getTime() + 1;
    await waitUntil(async () => ((await now()).getTime() > next ? true : undefined), {
      deadlineMs: 5_000,
      intervalMs: 1,
      what: 'the next millisecond',
    });
    return new Date(next);
  }

  async users(): Promise<string[]> {
    const rows = await this.database('users').orderBy('id').select<{ username: string }[]>('username');
    return rows.map(({ username }) => username);
  }

  /** The host is gone: PostgreSQL is killed, and the data directory removed. */
  async lose(): Promise<void> {
    await this.database.destroy();
    const [pid] = readFileSync(join(this.#embedded.cluster, 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');
    renameSync(this.dataDir, `${this.dataDir}.lost`);
    // Its children end by themselves, and may write meanwhile.
    const remove = (): Promise<true | undefined> => {
      try {
        rmSync(`${this.dataDir}.lost`, { recursive: true, force: true });
        return Promise.resolve(true);
      } catch {
        return Promise.resolve(undefined);
      }
    };
    await waitUntil(remove, { deadlineMs: 10_000, intervalMs: 50, what: 'the data directory to go' });
  }

  context(more: Env = {}): CommandContext {
    const tell = (line: string): void => void this.lines.push(line);
    return {
      settings: () => readSettings({ ...this.env, ...more }),
      misspelt: [],
      print: tell,
      progress: tell,
    };
  }
}
