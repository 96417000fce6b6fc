import { UserError } from '../../base/errors.js';
import { Secret } from '../../base/secret.js';
import { readPrivateFile } from '../store/sealing/private-file.js';
import type { OpenWith, SealFor } from './archive/envelope.js';

/** Whom archives are for, and what opens them. */
export interface BackupKeys {
  readonly recipients: readonly string[];
  readonly passphraseFile: string | undefined;
  readonly identityFile: string | undefined;
}

/** @throws UserError when it is not said, or said twice */
export async function readSealFor({
  recipients,
  passphraseFile,
}: Omit<BackupKeys, 'identityFile'>): Promise<SealFor> {
  if (recipients.length > 0 && passphraseFile !== undefined)
    throw new UserError('recipients and a passphrase exclude each other: unset one of them', {
      field: 'DEIS_BACKUP_RECIPIENTS',
    });
  if (recipients.length > 0) return { recipients };
  if (passphraseFile !== undefined) return { passphrase: await readPassphrase(passphraseFile) };
  throw new UserError(
    'say whom the archive is for: DEIS_BACKUP_RECIPIENTS or --recipient (`deis-controller backup key FILE` makes a ' +
      'pair of keys), or DEIS_BACKUP_PASSPHRASE_FILE or --passphrase-file',
    { field: 'DEIS_BACKUP_RECIPIENTS' },
  );
}

/** What opens archives. */
export type OpeningKeys = Pick<BackupKeys, 'passphraseFile' | 'identityFile'>;

/** Whether there is anything that opens archives. */
export function canOpen({ identityFile, passphraseFile }: OpeningKeys): boolean {
  return identityFile !== undefined || passphraseFile !== undefined;
}

/** @throws UserError when there is nothing that could open an archive */
export async function readOpenWith(keys: OpeningKeys): Promise<OpenWith> {
  const { identityFile, passphraseFile } = keys;
  if (!canOpen(keys))
    throw new UserError(
      'say what opens the archive: DEIS_BACKUP_IDENTITY_FILE or --identity-file, or DEIS_BACKUP_PASSPHRASE_FILE or ' +
        '--passphrase-file',
      { field: 'DEIS_BACKUP_IDENTITY_FILE' },
    );
  const lines = identityFile === undefined ? [] : (await readSecretFile(identityFile)).split('\n');
  return {
    identities: lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => new Secret(line)),
    passphrase: passphraseFile === undefined ? undefined : await readPassphrase(passphraseFile),
  };
}

async function readPassphrase(path: string): Promise<Secret> {
  const [line = ''] = (await readSecretFile(path)).split('\n');
  if (line.trim().length < minPassphrase)
    throw new UserError(
      `the first line of ${path} is no passphrase: expected at least ${minPassphrase} characters`,
    );
  return new Secret(line.trim());
}

const minPassphrase = 12;

async function readSecretFile(path: string): Promise<string> {
  return readPrivateFile(path).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).syscall !== 'stat') throw cause;
    throw new UserError(`there is no file ${path}`, { cause });
  });
}
