import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../../base/errors.js';
import { instanceFile } from '../../data-directory.js';
import { canOpen, type OpeningKeys } from '../backup-keys.js';
import type { BackupPlace, StoredArchive } from '../places/backup-place.js';
import { decimalSize } from '../progress.js';
import { entriesOf, type RestorePlace } from './restore-target.js';

/**
 * For a start that found no database. Resolves where the place holds no backup of this controller: of any instance,
 * unless the settings or the data directory say which one it is.
 * @param keys what the settings say that opens archives
 * @throws UserError that names the newest backup, how to restore it, and how to begin empty; also where the place
 * cannot be read
 */
export async function refuseEmpty(
  place: BackupPlace,
  target: RestorePlace,
  wanted: string | undefined,
  keys: OpeningKeys,
): Promise<void> {
  const kept = await readFile(join(target.dataDir, instanceFile), 'utf8').catch(() => '');
  const instance = kept.trim() || wanted;
  const newest = (await listOf(place, target)).find(
    (each) => instance === undefined || each.instance === instance,
  );
  if (newest !== undefined) throw await refusal(place, target, newest, keys);
}

const beginEmpty = 'Begin empty on purpose: deis-controller serve --begin-empty';

async function listOf(place: BackupPlace, { dataDir }: RestorePlace): Promise<StoredArchive[]> {
  return place.list().catch((cause: unknown) => {
    throw new UserError(
      `${dataDir} holds no database, and ${place.title} does not say whether it holds backups ` +
        `(${messageOf(cause)}): nothing was started. ${beginEmpty}`,
      { field: 'DEIS_BACKUP_TO', cause },
    );
  });
}

async function refusal(
  place: BackupPlace,
  target: RestorePlace,
  { name, createdAt, size, instance }: StoredArchive,
  keys: OpeningKeys,
): Promise<UserError> {
  const { dataDir, databaseUrl } = target;
  const where = databaseUrl === undefined ? dataDir : 'DATABASE_URL';
  const replace = (await entriesOf(target)).length === 0 ? '' : ` --replace ${dataDir}`;
  const opened = canOpen(keys) ? '' : ' --identity-file FILE';
  const file = canOpen(keys)
    ? []
    : [
        '  FILE is what `deis-controller backup key` made; for a passphrase say --passphrase-file FILE instead.',
      ];
  return new UserError(
    [
      `${where} holds no database of a controller, and ${place.title} holds backups. The newest is of ` +
        `${createdAt.toISOString()}, ${decimalSize(size)}, of instance ${instance}. Nothing was started.`,
      `  Restore it: deis-controller backup restore --from ${place.title}${opened}${replace} ${name}`,
      ...file,
      `  ${beginEmpty}`,
    ].join('\n'),
    { field: 'DEIS_DATA_DIR' },
  );
}
