import type { AddCommand } from './command-context.js';
import type { UpgradeOptions } from './database/upgrade-database.js';

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
    .action(async (options: UpgradeOptions) => {
      const { upgradeDatabase } = await import('./database/upgrade-database.js');
      await upgradeDatabase(context, options);
    });
};
