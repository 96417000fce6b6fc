import { DataDirectory } from '../../data-directory.js';
import { embeddedHome } from '../../store/postgres/embedded-home.js';
import type { AddCommand } from '../command-context.js';

/** `deis-controller stop-database`. */
export const addStopDatabase: AddCommand = (program, { settings, print }) => {
  program
    .command('stop-database')
    .summary('stop the embedded database that a killed controller left running')
    .description('Stops the embedded database that a killed controller, or database-url, left running.')
    .action(async () => {
      const { dataDir } = settings();
      const { EmbeddedPostgres } = await import('../../store/postgres/embedded-postgres.js');
      const folder = await DataDirectory.open(dataDir);
      const stopped = await EmbeddedPostgres.halt(embeddedHome(dataDir));
      await folder.close();
      print(stopped ? 'stopped the embedded database' : 'no embedded database runs');
    });
};
