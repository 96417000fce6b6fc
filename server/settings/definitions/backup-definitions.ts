import type { z } from 'zod';
import { backupPlace, bytes, count, hours, path, recipients, seconds } from '../setting-schemas.js';

/** The settings of backups. */
export const backupDefinitions = {
  DEIS_BACKUP_TO: {
    schema: backupPlace.optional(),
    shown: 'none',
    help: 'where `backup` keeps archives: a folder, or s3://BUCKET/PREFIX spoken to as the settings DEIS_STORE_... say',
  },
  DEIS_BACKUP_RECIPIENTS: {
    schema: recipients.optional(),
    shown: 'none',
    help: 'whom archives are for: recipients of age, comma-separated; `backup key FILE` makes one',
  },
  DEIS_BACKUP_PASSPHRASE_FILE: {
    schema: path.optional(),
    shown: 'none',
    help: 'a file whose first line seals and opens archives, in place of recipients',
  },
  DEIS_BACKUP_IDENTITY_FILE: {
    schema: path.optional(),
    shown: 'none',
    help: "a file with the recipients' secret keys, which `backup verify` and `restore` need",
  },
  DEIS_BACKUP_KEEP: {
    schema: count.prefault('7'),
    help: 'archives of this instance that are kept; older ones are removed after a backup',
  },
  DEIS_BACKUP_HOURS: {
    schema: hours.prefault('0'),
    help: 'the controller makes a backup this often, and verifies it where it can open it; 0: never',
  },
  DEIS_BACKUP_BASE_HOURS: {
    schema: hours.prefault('3'),
    help: 'with an embedded database and DEIS_BACKUP_TO: a base backup this often, for any moment since; 0: never',
  },
  DEIS_BACKUP_BASE_KEEP: {
    schema: count.prefault('5'),
    help: 'base backups of this instance that are kept, with the log since the oldest of them',
  },
  DEIS_BACKUP_WAL_SECONDS: {
    schema: seconds.prefault('60'),
    help: 'how long a commit may be in the place of backups later than in the embedded database',
  },
  DEIS_BACKUP_WAL_BYTES: {
    schema: bytes.prefault('4g'),
    help: 'log of the embedded database that may wait for the place of backups; more of it is given up',
  },
};

type BackupValues = {
  readonly [Name in keyof typeof backupDefinitions]: z.output<(typeof backupDefinitions)[Name]['schema']>;
};

/** How any moment of the embedded database is kept. Undefined: it is not. */
export function pointInTime(values: BackupValues) {
  const {
    DEIS_BACKUP_TO: to,
    DEIS_BACKUP_RECIPIENTS: recipients,
    DEIS_BACKUP_PASSPHRASE_FILE: file,
  } = values;
  const isWanted =
    values.DEIS_BACKUP_BASE_HOURS > 0 && to !== undefined && (recipients ?? file) !== undefined;
  if (!isWanted) return undefined;
  return {
    to,
    baseMs: values.DEIS_BACKUP_BASE_HOURS * 3600_000,
    copyMs: values.DEIS_BACKUP_WAL_SECONDS * 1000,
    maxWaiting: values.DEIS_BACKUP_WAL_BYTES,
  } as const;
}
