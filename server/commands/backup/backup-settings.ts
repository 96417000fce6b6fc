import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UserError } from '../../../base/errors.js';
import { backupFiles, type BackupFiles } from '../../backup/backup-files.js';
import { canOpen, type BackupKeys, type OpeningKeys } from '../../backup/backup-keys.js';
import type { BackupPlace } from '../../backup/places/backup-place.js';
import { openPlace } from '../../backup/places/open-place.js';
import { Progress } from '../../backup/progress.js';
import { registryFolder } from '../../registry/registry-storage.js';
import type { Settings } from '../../settings/settings.js';
import type { CreateOptions, OpeningOptions } from './backup-options.js';
import type { CommandContext } from '../command-context.js';

const progressMs = 2_000;

/** The place that the command or the settings name. @throws UserError where neither does */
export async function placeOf(
  { backup, storeAccess }: Settings,
  given: string | undefined,
): Promise<BackupPlace> {
  const text = given ?? backup.to;
  if (text === undefined)
    throw new UserError('say where backups are: set DEIS_BACKUP_TO to a folder or to s3://BUCKET/PREFIX', {
      field: 'DEIS_BACKUP_TO',
    });
  return openPlace(text, storeAccess);
}

/** What is backed up and restored beside the database. */
export async function filesOf(settings: Settings): Promise<BackupFiles> {
  return backupFiles(settings.dataDir, settings.store, imagesAt(settings));
}

/**
 * Who has the images of apps in the place of this host. With controllers on several hosts one alone has the registry's
 * folder, and the others its address.
 */
function imagesAt({ dataDir, registry, roles }: Settings): string | undefined {
  const { operators, host } = registry;
  if (operators !== undefined) return `the registry ${operators.host}`;
  if (existsSync(registryFolder(dataDir))) return undefined;
  return roles.has('registry') && host === undefined
    ? undefined
    : `the registry of ${host ?? 'another host'}`;
}

/** Whom an archive is for. What the command names wins over the settings, as a whole. */
export function sealingKeys(
  { backup }: Settings,
  { recipient, passphraseFile }: Pick<CreateOptions, 'recipient' | 'passphraseFile'>,
): Pick<BackupKeys, 'recipients' | 'passphraseFile'> {
  const isNamed = recipient.length > 0 || passphraseFile !== undefined;
  return isNamed ? { recipients: recipient, passphraseFile } : backup;
}

/** What opens archives. What the command names wins over the settings, as a whole. */
export function openingKeys(
  { backup }: Settings,
  { identityFile, passphraseFile }: OpeningOptions,
): OpeningKeys {
  const given = { identityFile, passphraseFile };
  return canOpen(given) ? given : backup;
}

/** Lines of a key file; undefined where none is, and none was named. */
export async function readMasterKey(
  path: string,
  { masterKeyFile }: OpeningOptions,
): Promise<{ text: string; where: string } | undefined> {
  if (!existsSync(path)) {
    if (masterKeyFile === undefined) return undefined;
    throw new UserError(`there is no file ${masterKeyFile}: nothing was written`);
  }
  return { text: await readFile(path, 'utf8'), where: `the master key file ${path}` };
}

/** On a terminal a line every two seconds, elsewhere one of each part when it is over. */
export function progressOf({ progress }: CommandContext): Progress {
  return new Progress(progress, process.stderr.isTTY ? progressMs : Infinity, () => performance.now());
}
