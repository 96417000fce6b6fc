import { rm } from 'node:fs/promises';
import { DataDirectory } from '../data-directory.js';
import { embeddedHome } from '../store/postgres/embedded-home.js';
import type { AddCommand } from './command-context.js';

/** `deis-controller purge`. */
export const addPurge: AddCommand = (program, { settings }) => {
  program
    .command('purge')
    .summary('remove everything in the data directory')
    .description(
      'Removes the embedded database and everything else in the data directory. There is no way back.',
    )
    .action(async () => {
      const { dataDir } = settings();
      const { EmbeddedPostgres } = await import('../store/postgres/embedded-postgres.js');
      const folder = await DataDirectory.open(dataDir);
      await EmbeddedPostgres.remove(embeddedHome(dataDir));
      await folder.close();
      await rm(dataDir, { recursive: true, force: true });
    });
};
