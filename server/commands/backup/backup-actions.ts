import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { NotFound, UserError } from '../../../base/errors.js';
import { readOpenWith, readSealFor } from '../../backup/backup-keys.js';
import { readInstance } from '../../backup/read-instance.js';
import { createBackup, removeOlderBackups } from '../../backup/create-backup.js';
import { makeKey } from '../../backup/make-key.js';
import { archiveBox, openArchive, type OpenedArchive } from '../../backup/open-archive.js';
import { missingTitles } from '../../backup/restore/missing-files.js';
import type { BackupPlace } from '../../backup/places/backup-place.js';
import { windowsOf } from '../../backup/point-in-time/choose-recovery.js';
import { readClusters } from '../../backup/point-in-time/recovery-index.js';
import { decimalSize } from '../../backup/progress.js';
import { checkRestorePlace } from '../../backup/restore/restore-target.js';
import { restoreBackup } from '../../backup/restore/restore-backup.js';
import { verifyBackup } from '../../backup/verify-backup.js';
import type { Settings } from '../../settings/settings.js';
import { knownMigrations } from '../../store/migrate.js';
import { openMasterKeyFile } from '../../store/sealing/master-key.js';
import type { SecretBox } from '../../store/sealing/secret-box.js';
import { packageVersion } from '../../version.js';
import type { CreateOptions, OpeningOptions, RestoreOptions } from './backup-options.js';
import { filesOf, openingKeys, placeOf, progressOf, readMasterKey, sealingKeys } from './backup-settings.js';
import { requireSlugs, tellMissing } from './tell-missing.js';
import type { CommandContext } from '../command-context.js';
import { withDatabaseUrl } from '../database/with-database-url.js';

/** `backup create`. */
export async function createFromSettings(context: CommandContext, options: CreateOptions): Promise<void> {
  const settings = context.settings();
  const { backup, masterKeyFile, store } = settings;
  const files = await filesOf(settings);
  const place = await placeOf(settings, options.to);
  const sealFor = await readSealFor(sealingKeys(settings, options));
  if (!existsSync(masterKeyFile)) throw new UserError(`there is no master key at ${masterKeyFile}`);
  const box = await openMasterKeyFile(masterKeyFile);
  const made = await withDatabaseUrl(settings, async (databaseUrl) =>
    createBackup(
      {
        databaseUrl,
        files,
        store: store === undefined ? null : `s3://${[store.bucket, store.prefix].filter(Boolean).join('/')}`,
        instance: await readInstance(databaseUrl, box),
        masterKeyId: box.newestKeyId.toString('hex'),
        masterKey: options.withMasterKey === true ? await readFile(masterKeyFile) : null,
        version: packageVersion(),
        sealFor,
        progress: progressOf(context),
      },
      place,
      new Date(),
    ),
  );
  const { name, size, rows, instance, missing } = made;
  for (const title of missingTitles(missing))
    context.progress(`the store lacks ${title}, which a build names`);
  if (files.imagesAt !== undefined)
    context.progress(`images of apps are not inside: ${files.imagesAt} has them`);
  const old = await removeOlderBackups(place, instance, options.keep ?? backup.keep);
  for (const each of old) context.progress(`removed ${each}`);
  context.print(`${name}  ${decimalSize(size)}  ${rows} rows  in ${place.title}`);
  if (options.withMasterKey !== true)
    context.print(
      `the master key ${box.newestKeyId.toString('hex')} is not inside: keep ${masterKeyFile} elsewhere`,
    );
}

/** `backup list`. */
export async function listFromSettings(context: CommandContext, { from }: { from?: string }): Promise<void> {
  const place = await placeOf(context.settings(), from);
  const all = await place.list();
  if (all.length === 0) context.print(`there are no backups in ${place.title}`);
  for (const { name, createdAt, size } of all)
    context.print(`${name}  ${createdAt.toISOString()}  ${decimalSize(size)}`);
  for (const { instance, from: first, until } of windowsOf(await readClusters(place, undefined)))
    context.print(
      `deis-${instance}  any moment from ${first.toISOString()} to ${until.toISOString()}: backup restore --time`,
    );
}

/** `backup verify`. */
export async function verifyFromSettings(
  context: CommandContext,
  name: string | undefined,
  options: OpeningOptions,
): Promise<void> {
  const settings = context.settings();
  const { archive, box, title } = await openNamed(settings, name, options);
  context.progress(`verifying ${title}, of ${archive.head.createdAt}`);
  const { listed } = await filesOf(settings);
  const found = await verifyBackup(archive, box, listed, progressOf(context));
  const missing = missingTitles(found.missing);
  if (missing.length > 0)
    throw new UserError([`${title} restores, but for files that the store lacks:`, ...missing].join('\n  '));
  const images = found.images === 0 ? '' : `${found.images} ${found.images === 1 ? 'image' : 'images'}, `;
  context.print(
    `${title} restores: ${found.tables} tables with ${found.rows} rows, ${found.files} files, ` +
      `${images}secrets of ${found.secrets.length} kinds`,
  );
}

/** `backup restore`. */
export async function restoreFromSettings(
  context: CommandContext,
  name: string | undefined,
  options: RestoreOptions,
): Promise<void> {
  const settings = context.settings();
  const { dataDir, databaseUrl, masterKeyFile } = settings;
  const place = { dataDir, databaseUrl, masterKeyFile };
  await checkRestorePlace(place, options.replace);
  const { archive, box, keyText, title } = await openNamed(settings, name, options);
  const { head } = archive;
  // The one that the controller will read, whichever the archive was tried with.
  if (existsSync(masterKeyFile)) archiveBox(archive, await readMasterKey(masterKeyFile, {}));
  context.progress(`restoring ${title}, of ${head.createdAt}`);
  const missing = await restoreBackup(archive, {
    place,
    files: await filesOf(settings),
    box,
    masterKey: existsSync(masterKeyFile) ? null : keyText,
    replace: options.replace,
    progress: progressOf(context),
  });
  tellMissing(context, missing);
  context.print(
    `restored instance ${head.instance} as of ${head.createdAt} to ${dataDir}: start the controller`,
  );
  requireSlugs(missing);
}

/** `backup key`. */
export async function makeKeyFile(context: CommandContext, file: string): Promise<void> {
  const recipient = await makeKey(resolve(file));
  context.progress(`${file} opens the backups for this recipient: keep it away from this host`);
  context.print(recipient);
}

/** An archive with the keys that open it. */
export interface NamedArchive {
  readonly archive: OpenedArchive;
  readonly box: SecretBox;
  /** Lines of the master key. */
  readonly keyText: string;
  readonly title: string;
}

/** Opens an archive of a place, the newest unless named; a path names a file. The master key is tried. */
export async function openNamed(
  settings: Settings,
  given: string | undefined,
  options: OpeningOptions,
): Promise<NamedArchive> {
  const isPath = given?.includes('/') === true;
  const place = await placeOf(settings, isPath ? dirname(resolve(given)) : options.from);
  const name = isPath ? basename(given) : (given ?? (await newestOf(place)));
  const openWith = await readOpenWith(openingKeys(settings, options));
  const archive = await openArchive(await place.get(name), openWith, await knownMigrations());
  const { head } = archive;
  if (head.store !== null && settings.store === undefined)
    throw new UserError(
      `the slugs of this archive are in ${head.store}: set DEIS_STORE and the settings that begin with it; ` +
        'nothing was written',
      { field: 'DEIS_STORE' },
    );
  const key = await readMasterKey(options.masterKeyFile ?? settings.masterKeyFile, options);
  const box = archiveBox(archive, key);
  return { archive, box, keyText: key?.text ?? archive.masterKey!, title: name };
}

async function newestOf(place: BackupPlace): Promise<string> {
  const [newest] = await place.list();
  if (newest === undefined) throw new NotFound(`there are no backups in ${place.title}`);
  return newest.name;
}
