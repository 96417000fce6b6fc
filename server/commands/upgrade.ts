import { UserError } from '../../base/errors.js';
import { embeddedHome } from '../open-database.js';
import type { Settings } from '../settings/settings.js';
import { openDatabase } from '../store/database.js';
import { migrate } from '../store/migrate.js';
import { EmbeddedPostgres } from '../store/postgres/embedded-postgres.js';
import { canGoOnBeside, readSchema, refuseNewer, type Schema } from '../store/schema.js';
import { packageVersion } from '../version.js';
import { createFromSettings, verifyFromSettings } from './backup-actions.js';
import { placeOf } from './backup-settings.js';
import { settingProblems } from './check-settings.js';
import type { AddCommand, CommandContext } from './command-context.js';
import { withDatabaseUrl } from './with-database-url.js';

interface UpgradeOptions {
  readonly check?: boolean;
  readonly backup: boolean;
}

/** `deis-controller upgrade`. */
export const addUpgrade: AddCommand = (program, context) => {
  program
    .command('upgrade')
    .summary('back up and migrate the database while the release before serves on')
    .description(
      'Makes a backup, verifies it, and brings the database to the schema of this release, while the controllers of ' +
        'the release before serve on. Restart them afterwards. See docs/upgrade.md.',
    )
    .option('--check', 'say what would be done, and what is in the way; change nothing')
    .option('--no-backup', 'migrate without a backup before')
    .action((options: UpgradeOptions) => upgrade(context, options));
};

async function upgrade(context: CommandContext, options: UpgradeOptions): Promise<void> {
  const settings = context.settings();
  const schema = await schemaOf(settings);
  if (schema === undefined) {
    context.print('there is no database yet: the first start makes it');
    return;
  }
  describe(schema, context);
  const plan = { settings, hasWork: schema.pending.length > 0, wantsBackup: options.backup };
  const problems = await problemsOf(plan, context);
  if (problems.length > 0)
    throw new UserError(
      ['before an upgrade, mend:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  if (options.check === true || !plan.hasWork) return;
  if (options.backup) await backUp(context, settings);
  const names = await withDatabaseUrl(settings, (url) => withPool(url, migrate));
  context.print(`migrated: ${names.join(', ')}. Restart each controller now.`);
}

/** @throws UserError where it is of a newer release @returns undefined where no controller has begun it */
async function schemaOf(settings: Settings): Promise<Schema | undefined> {
  const { databaseUrl, dataDir } = settings;
  if (databaseUrl === undefined && !(await EmbeddedPostgres.exists(embeddedHome(dataDir)))) return undefined;
  const schema = await withDatabaseUrl(settings, (url) => withPool(url, readSchema));
  refuseNewer(schema, packageVersion());
  return schema.isEmpty ? undefined : schema;
}

function describe({ pending, newer }: Schema, { print }: CommandContext): void {
  const version = packageVersion();
  if (newer.length > 0)
    print(`the database is of a newer release, which ${version} serves all the same: ${newer.join(', ')}`);
  if (pending.length === 0) {
    print(`the database has the schema of ${version}: nothing to migrate`);
    return;
  }
  print(`${version} has ${pending.length} migrations for this database: ${pending.join(', ')}`);
  print(
    canGoOnBeside(pending)
      ? 'they add alone: the release before serves on, and can be gone back to'
      : 'they end the release before: stop its controllers first; only a backup goes back',
  );
}

interface Plan {
  readonly settings: Settings;
  readonly hasWork: boolean;
  readonly wantsBackup: boolean;
}

async function problemsOf(
  { settings, hasWork, wantsBackup }: Plan,
  context: CommandContext,
): Promise<string[]> {
  return [
    ...context.misspelt.map((name) => `${name} is not a setting: see deis-controller --help`),
    ...(await settingProblems(settings)),
    ...(hasWork && wantsBackup ? await backupProblems(settings, context) : []),
  ];
}

/** What would keep a backup from being made and verified. */
async function backupProblems(settings: Settings, { print }: CommandContext): Promise<string[]> {
  const { to, identityFile, passphraseFile } = settings.backup;
  if (to === undefined)
    return [
      'DEIS_BACKUP_TO is not set: a backup goes there first (docs/backup.md), unless --no-backup is said',
    ];
  try {
    const [newest] = await placeOf(settings, undefined).list();
    print(newest === undefined ? `there is no backup in ${to} yet` : `the newest backup is ${newest.name}`);
  } catch (error) {
    return [`DEIS_BACKUP_TO: ${(error as Error).message}`];
  }
  if (identityFile === undefined && passphraseFile === undefined)
    print('the backup will not be verified: no DEIS_BACKUP_IDENTITY_FILE opens it here');
  return [];
}

async function backUp(context: CommandContext, { backup }: Settings): Promise<void> {
  await createFromSettings(context, { recipient: [] });
  if (backup.identityFile !== undefined || backup.passphraseFile !== undefined)
    await verifyFromSettings(context, undefined, {});
}

/** Two connections: one holds the lock of migrations. */
async function withPool<T>(
  url: string,
  work: (database: ReturnType<typeof openDatabase>) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url, poolSize: 2 });
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}
