import { embeddedHome } from '../../store/postgres/embedded-home.js';
import { openDatabase } from '../../store/database.js';
import { EmbeddedPostgres } from '../../store/postgres/embedded-postgres.js';
import { RecoveredCluster } from '../../store/postgres/recover-cluster.js';
import type { OpenWith } from '../archive/envelope.js';
import { missingIn, type MissingFiles } from '../restore/missing-files.js';
import { readTable } from '../database/read-table.js';
import type { OpenedArchive } from '../open-archive.js';
import type { BackupPlace } from '../places/backup-place.js';
import { pourArchive } from '../restore/pour-archive.js';
import { drain } from '../drain.js';
import { endRestore, fileTarget, restoring, type RestoreRequest } from '../restore/restore-backup.js';
import type { BaseHead } from './base-format.js';
import type { Recovery } from './choose-recovery.js';
import { checkLogFile, getLogFile } from './log-file.js';
import { openBase, pourBase, type Known } from './read-base.js';

/** What a restore to a moment reads. */
export interface RecoverySource {
  readonly recovery: Recovery;
  /** The cluster's folder in the place. */
  readonly folder: BackupPlace;
  readonly openWith: OpenWith;
  readonly known: Known;
}

/** Reads all that the restore will read, to its end, and writes nothing. @throws UserError for what cannot be read */
export async function checkRecovery(
  source: RecoverySource,
  { progress }: Pick<RestoreRequest, 'progress'>,
): Promise<BaseHead> {
  const base = await openBaseOf(source);
  await pourBase(base, (_path, bytes) => drain(bytes));
  const openLog = opensLog(source.openWith, base.head);
  for (const name of source.recovery.log) {
    await checkLogFile(source.folder, name, openLog);
    progress.wrote('log that can be read', 0);
  }
  progress.end();
  return base.head;
}

/**
 * Makes the embedded database what it was at a moment, and repositories, slugs and images what an archive holds.
 * Resolves to what builds name and is not there. See `restoreBackup` for what is refused.
 */
export async function restoreToTime(
  source: RecoverySource,
  archive: OpenedArchive | undefined,
  request: RestoreRequest,
): Promise<MissingFiles> {
  return restoring(request, async (folder) => {
    const { progress, place, files } = request;
    const home = embeddedHome(place.dataDir);
    const head = await replay(source, home, progress.say.bind(progress));
    if (archive !== undefined) await pourArchive(archive, fileTarget(files, passOver), progress);
    progress.end();
    // What the next controller keeps of the log is not waited for now.
    const embedded = await EmbeddedPostgres.start({ home, settings: { archive_command: '' } });
    try {
      const database = openDatabase({ url: embedded.url, poolSize: 2 });
      try {
        await endRestore(database, folder, request.box, head.instance);
      } finally {
        await database.destroy();
      }
      return await missingIn(files, embedded.url);
    } finally {
      await embedded.stop();
    }
  });
}

async function replay(source: RecoverySource, home: string, say: (line: string) => void): Promise<BaseHead> {
  const { folder, openWith, recovery } = source;
  const base = await openBaseOf(source);
  const { head } = base;
  const cluster = await RecoveredCluster.begin(home, head.password.reveal());
  for (const path of head.folders) await cluster.addFolder(path);
  await pourBase(base, (path, bytes) => cluster.addFile(path, bytes));
  say(`the base backup is in place; replaying ${recovery.log.length} segments of the log at most`);
  const openLog = opensLog(openWith, head);
  // A timeline that branched off elsewhere is asked for, too, so that the new one gets a number of its own.
  const isThere = (name: string): boolean =>
    recovery.log.includes(name) || (name.endsWith('.history') && recovery.cluster.log.has(name));
  await cluster.replay(recovery, async (name) =>
    isThere(name) ? getLogFile(folder, name, openLog) : undefined,
  );
  return head;
}

async function openBaseOf({ recovery, folder, openWith, known }: RecoverySource) {
  return openBase(await folder.get(`${recovery.base.name}.age`), openWith, known);
}

function opensLog(openWith: OpenWith, { logIdentity }: BaseHead): OpenWith {
  return logIdentity === null ? openWith : { identities: [logIdentity], passphrase: undefined };
}

/** The database comes from the base backup. */
const passOver: Parameters<typeof fileTarget>[1] = (_table, gzip) => readTable(gzip);
