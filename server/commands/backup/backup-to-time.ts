import { existsSync } from 'node:fs';
import { UserError } from '../../../base/errors.js';
import { readOpenWith, readSealFor } from '../../backup/backup-keys.js';
import { readTable } from '../../backup/database/read-table.js';
import { drain } from '../../backup/drain.js';
import { archiveBox, type OpenedArchive } from '../../backup/open-archive.js';
import type { BackupPlace } from '../../backup/places/backup-place.js';
import { chooseRecovery, type WantedTime } from '../../backup/point-in-time/choose-recovery.js';
import { createBase } from '../../backup/point-in-time/create-base.js';
import { logKeys } from '../../backup/point-in-time/log-keys.js';
import { readClusters } from '../../backup/point-in-time/recovery-index.js';
import { removeOldBases } from '../../backup/point-in-time/remove-old-bases.js';
import { checkRecovery, restoreToTime } from '../../backup/point-in-time/restore-to-time.js';
import { pourArchive, type ArchiveTarget } from '../../backup/restore/pour-archive.js';
import { decimalSize } from '../../backup/progress.js';
import { readInstance } from '../../backup/read-instance.js';
import { checkRestorePlace } from '../../backup/restore/restore-target.js';
import type { Settings } from '../../settings/settings.js';
import { openDatabase } from '../../store/database.js';
import { InstanceFactStore } from '../../store/instance-fact-store.js';
import { knownMigrations } from '../../store/migrate.js';
import { bundledMajor } from '../../store/postgres/postgres-binaries.js';
import { openMasterKeyFile } from '../../store/sealing/master-key.js';
import { packageVersion } from '../../version.js';
import { openNamed } from './backup-actions.js';
import { requireSlugs, tellMissing } from './tell-missing.js';
import type { RestoreOptions } from './backup-options.js';
import { filesOf, openingKeys, placeOf, progressOf, readMasterKey } from './backup-settings.js';
import type { CommandContext } from '../command-context.js';
import { withDatabaseUrl } from '../database/with-database-url.js';

/** `backup base`. */
export async function createBaseFromSettings(context: CommandContext): Promise<void> {
  const settings = context.settings();
  refuseOwnDatabase(settings);
  const { backup, masterKeyFile } = settings;
  const place = await placeOf(settings, undefined);
  const sealFor = await readSealFor(backup);
  if (!existsSync(masterKeyFile)) throw new UserError(`there is no master key at ${masterKeyFile}`);
  const box = await openMasterKeyFile(masterKeyFile);
  await withDatabaseUrl(settings, async (databaseUrl) => {
    const instance = await readInstance(databaseUrl, box);
    const database = openDatabase({ url: databaseUrl, poolSize: 1 });
    const keys = await logKeys(sealFor, new InstanceFactStore(database, box)).finally(() =>
      database.destroy(),
    );
    const { name, size } = await createBase(
      {
        databaseUrl,
        instance,
        masterKeyId: box.newestKeyId.toString('hex'),
        version: packageVersion(),
        sealFor,
        logIdentity: keys.logIdentity,
        progress: progressOf(context),
      },
      place,
    );
    const old = await removeOldBases(place, instance, backup.baseKeep);
    for (const each of old) context.progress(`removed ${each}`);
    context.print(`${name}  ${decimalSize(size)}  in ${place.title}`);
  });
}

/** `backup restore --time`. */
export async function restoreToTimeFromSettings(
  context: CommandContext,
  wanted: WantedTime,
  options: RestoreOptions,
): Promise<void> {
  const settings = context.settings();
  refuseOwnDatabase(settings);
  const { dataDir, masterKeyFile } = settings;
  const target = { dataDir, databaseUrl: undefined, masterKeyFile };
  await checkRestorePlace(target, options.replace);
  const place = await placeOf(settings, options.from);
  const openWith = await readOpenWith(openingKeys(settings, options));
  const recovery = chooseRecovery(await readClusters(place, settings.instance), wanted);
  const source = {
    recovery,
    folder: place.within(recovery.cluster.folder),
    openWith,
    known: { migrations: await knownMigrations(), major: await bundledMajor() },
  };
  const at = recovery.time.toISOString();
  context.progress(`reading ${recovery.base.name} and what follows it, up to ${at}`);
  const progress = progressOf(context);
  const head = await checkRecovery(source, { progress });
  const key = await readMasterKey(options.masterKeyFile ?? masterKeyFile, options);
  const box = archiveBox({ head, masterKey: null }, key);
  if (existsSync(masterKeyFile))
    archiveBox({ head, masterKey: null }, await readMasterKey(masterKeyFile, {}));
  const archive = await openFiles(context, place, recovery, options);
  const missing = await restoreToTime(source, archive, {
    place: target,
    files: await filesOf(settings),
    box,
    masterKey: existsSync(masterKeyFile) ? null : key!.text,
    replace: options.replace,
    progress,
  });
  tellMissing(context, missing);
  context.print(`restored instance ${head.instance} as of ${at} to ${dataDir}: start the controller`);
  requireSlugs(missing);
}

/** Repositories, slugs and images: those of the first archive from after the moment, else of the last before it. */
async function openFiles(
  context: CommandContext,
  place: BackupPlace,
  { time, cluster }: { readonly time: Date; readonly cluster: { readonly instance: string } },
  options: RestoreOptions,
): Promise<OpenedArchive | undefined> {
  const all = (await place.list()).filter(({ instance }) => instance === cluster.instance);
  const found = all.findLast(({ createdAt }) => createdAt.getTime() >= time.getTime()) ?? all[0];
  if (found === undefined) {
    context.progress(
      `there is no archive in ${place.title}: repositories, slugs and images are not restored; push the apps again`,
    );
    return undefined;
  }
  context.progress(`repositories, slugs and images are those of ${found.name}`);
  const settings = context.settings();
  const { archive } = await openNamed(settings, found.name, options);
  await pourArchive(archive, nowhere, progressOf(context));
  return (await openNamed(settings, found.name, options)).archive;
}

/** Reads all of it. */
const nowhere: ArchiveTarget = {
  table: (_table, gzip) => readTable(gzip),
  repository: (_formation, bundle) => drain(bundle),
  blob: (_room, bytes) => drain(bytes),
  part: (_digest, bytes) => drain(bytes),
  images: () => Promise.resolve(),
  listed: () => Promise.resolve(),
};

function refuseOwnDatabase({ databaseUrl }: Settings): void {
  if (databaseUrl !== undefined)
    throw new UserError(
      'DATABASE_URL names a PostgreSQL of your own, whose base backups and log are yours to keep: restore it by its ' +
        'own means, or restore an archive',
      { field: 'DATABASE_URL' },
    );
}
