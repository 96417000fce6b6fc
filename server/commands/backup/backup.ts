import { InvalidArgumentError, type Command } from 'commander';
import { UserError } from '../../../base/errors.js';
import type { WantedTime } from '../../backup/point-in-time/choose-recovery.js';
import type { CreateOptions, OpeningOptions, RestoreOptions } from './backup-options.js';
import type { AddCommand } from '../command-context.js';

/** What they do is loaded when it is done: other commands start without. */
const loadActions = () => import('./backup-actions.js');
const loadToTime = () => import('./backup-to-time.js');

/** `deis-controller backup create|list|verify|restore|key`. */
export const addBackup: AddCommand = (program, context) => {
  const group = program
    .command('backup')
    .summary('make, list, verify and restore backups of the controller')
    .description(
      'Makes one encrypted archive of database, repositories and slugs, tries archives, and restores them. ' +
        'Archives are age files. See docs/backup.md.',
    );
  addCreate(group, context);
  group
    .command('list')
    .description('Lists the archives, newest first: name, time, size.')
    .option('--from <place>', 'a folder or s3://BUCKET/PREFIX, in place of DEIS_BACKUP_TO')
    .action(async (options: { from?: string }) => (await loadActions()).listFromSettings(context, options));
  withOpening(group.command('verify [archive]'))
    .description(
      'Restores an archive, the newest unless named, into a PostgreSQL of its own; compares every table and file and ' +
        'opens a secret of each kind. Touches nothing that the controller uses.',
    )
    .action(async (archive: string | undefined, options: OpeningOptions) =>
      (await loadActions()).verifyFromSettings(context, archive, options),
    );
  addRestore(group, context);
  addKey(group, context);
};

function addCreate(group: Command, context: Parameters<AddCommand>[1]): void {
  group
    .command('create')
    .description('Makes an archive, while the controller runs or not, and removes the oldest beyond --keep.')
    .option('--to <place>', 'a folder or s3://BUCKET/PREFIX, in place of DEIS_BACKUP_TO')
    .option(
      '--recipient <age1...>',
      'whom it is for, in place of DEIS_BACKUP_RECIPIENTS (may be repeated)',
      collect,
      [],
    )
    .option('--passphrase-file <file>', 'in place of DEIS_BACKUP_PASSPHRASE_FILE')
    .option(
      '--with-master-key',
      'puts the master key inside: whoever opens the archive then reads every secret',
    )
    .option('--keep <number>', 'archives of this instance that stay, in place of DEIS_BACKUP_KEEP', parseKeep)
    .action(async (options: CreateOptions) => (await loadActions()).createFromSettings(context, options));
}

function addRestore(group: Command, context: Parameters<AddCommand>[1]): void {
  withOpening(group.command('restore [archive]'))
    .description(
      'Restores an archive, the newest unless named, into the data directory and the database of the settings, which ' +
        'must be empty. Stop the controllers first; start one afterwards.',
    )
    .option(
      '--replace <name>',
      'a data directory or a database whose content may go (may be repeated)',
      collect,
      [],
    )
    .option(
      '--time <time>',
      'the embedded database as of this moment, e.g. 2026-11-29T05:00:00Z, or `latest`: by base backup and log',
      parseTime,
    )
    .action(async (archive: string | undefined, options: RestoreOptions) => {
      const { time } = options;
      if (time === undefined) return (await loadActions()).restoreFromSettings(context, archive, options);
      if (archive !== undefined) throw new UserError('name an archive or a --time, not both');
      return (await loadToTime()).restoreToTimeFromSettings(context, time, options);
    });
  group
    .command('base')
    .description(
      'Makes a base backup of the embedded database, which runs on: with its log, which the controller keeps, any ' +
        'moment since can be restored. Removes the oldest beyond DEIS_BACKUP_BASE_KEEP.',
    )
    .action(async () => (await loadToTime()).createBaseFromSettings(context));
}

function addKey(group: Command, context: Parameters<AddCommand>[1]): void {
  group
    .command('key <file>')
    .description('Makes a pair of keys: the secret one goes to the file, the recipient is printed.')
    .action(async (file: string) => (await loadActions()).makeKeyFile(context, file));
}

function withOpening(command: Command): Command {
  return command
    .option('--from <place>', 'a folder or s3://BUCKET/PREFIX, in place of DEIS_BACKUP_TO')
    .option('--identity-file <file>', 'in place of DEIS_BACKUP_IDENTITY_FILE')
    .option('--passphrase-file <file>', 'in place of DEIS_BACKUP_PASSPHRASE_FILE')
    .option('--master-key-file <file>', "the master key of the archive, in place of DEIS_MASTER_KEY_FILE's");
}

const collect = (value: string, all: readonly string[]): string[] => [...all, value];

function parseTime(text: string): WantedTime {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  if (text === 'latest') return text;
  if (isTime && !Number.isNaN(Date.parse(text))) return new Date(text);
  throw new InvalidArgumentError('expected a time with its zone, e.g. 2026-11-29T05:00:00Z, or latest');
}

function parseKeep(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number from 1 to 9999, e.g. 7');
}
