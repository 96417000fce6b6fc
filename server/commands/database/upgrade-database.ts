import { messageOf, UserError } from '../../../base/errors.js';
import { canOpen } from '../../backup/backup-keys.js';
import { embeddedHome } from '../../store/postgres/embedded-home.js';
import type { Settings } from '../../settings/settings.js';
import { migrate } from '../../store/migrate.js';
import { EmbeddedPostgres } from '../../store/postgres/embedded-postgres.js';
import { canGoOnBeside, readSchema, refuseNewer, type Schema } from '../../store/schema.js';
import { packageVersion } from '../../version.js';
import { createFromSettings, verifyFromSettings } from '../backup/backup-actions.js';
import { placeOf } from '../backup/backup-settings.js';
import { settingProblems } from '../check-settings.js';
import type { CommandContext } from '../command-context.js';
import { withDatabase } from './with-database-url.js';

export interface UpgradeOptions {
  readonly check?: boolean;
  readonly backup: boolean;
}

/** One holds the lock of migrations, the other runs them. */
const connections = 2;

/** `upgrade`: what it says and does. */
export async function upgradeDatabase(context: CommandContext, options: UpgradeOptions): Promise<void> {
  const settings = context.settings();
  const schema = await schemaOf(settings);
  if (schema === undefined) {
    context.print('there is no database yet: the first start makes it');
    return;
  }
  describe(schema, context);
  const hasWork = schema.pending.length > 0;
  const problems = [
    ...context.misspelt,
    ...(await settingProblems(settings)),
    ...(hasWork && options.backup ? await backupProblems(settings, context) : []),
  ];
  if (problems.length > 0)
    throw new UserError(
      ['before an upgrade, mend:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  if (options.check === true || !hasWork) return;
  if (options.backup) await backUp(context, settings);
  const names = await withDatabase(settings, migrate, connections);
  context.print(`migrated: ${names.join(', ')}. Restart each controller now.`);
}

/** @throws UserError where it is of a newer release @returns undefined where no controller has begun it */
async function schemaOf(settings: Settings): Promise<Schema | undefined> {
  const { databaseUrl, dataDir } = settings;
  if (databaseUrl === undefined && !(await EmbeddedPostgres.exists(embeddedHome(dataDir)))) return undefined;
  const schema = await withDatabase(settings, readSchema);
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

/** What would keep a backup from being made and verified. */
async function backupProblems(settings: Settings, { print }: CommandContext): Promise<string[]> {
  const { to } = settings.backup;
  if (to === undefined)
    return [
      'DEIS_BACKUP_TO is not set: a backup goes there first (docs/backup.md), unless --no-backup is said',
    ];
  try {
    const [newest] = await (await placeOf(settings, undefined)).list();
    print(newest === undefined ? `there is no backup in ${to} yet` : `the newest backup is ${newest.name}`);
  } catch (error) {
    return [`DEIS_BACKUP_TO: ${messageOf(error)}`];
  }
  if (!canOpen(settings.backup))
    print('the backup will not be verified: no DEIS_BACKUP_IDENTITY_FILE opens it here');
  return [];
}

async function backUp(context: CommandContext, { backup }: Settings): Promise<void> {
  await createFromSettings(context, { recipient: [] });
  if (canOpen(backup)) await verifyFromSettings(context, undefined, {});
}
