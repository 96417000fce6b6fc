import { backupPlace, count, hours, path, recipients } from './setting-schemas.js';

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
};
