import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UserError } from '../../../base/errors.js';
import { canOpen, type OpeningKeys } from '../../backup/backup-keys.js';
import type { BackupPlace } from '../../backup/places/backup-place.js';
import { openPlace } from '../../backup/places/open-place.js';
import { Progress } from '../../backup/progress.js';
import type { Settings } from '../../settings/settings.js';
import type { OpeningOptions } from './backup-options.js';
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

/** What the command names wins over the settings, as a whole. */
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
