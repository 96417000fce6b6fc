import { embeddedHome } from '../../store/postgres/embedded-home.js';
import type { AddCommand } from '../command-context.js';

/** `deis-controller database-url`. */
export const addDatabaseUrl: AddCommand = (program, { settings, print }) => {
  program
    .command('database-url')
    .summary("print the database's URL with its password")
    .description(
      "Prints the database's URL with its password, for psql, pg_dump or knex. Starts an embedded PostgreSQL " +
        'that does not run, and leaves it running: see stop-database.',
    )
    .action(async () => {
      const { databaseUrl, dataDir } = settings();
      if (databaseUrl !== undefined) return print(databaseUrl);
      const { EmbeddedPostgres } = await import('../../store/postgres/embedded-postgres.js');
      print((await EmbeddedPostgres.start({ home: embeddedHome(dataDir) })).url);
    });
};
