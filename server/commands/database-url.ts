import { embeddedHome } from '../open-database.js';
import { EmbeddedPostgres } from '../store/postgres/embedded-postgres.js';
import type { AddCommand } from './command-context.js';

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
      print(databaseUrl ?? (await EmbeddedPostgres.start({ home: embeddedHome(dataDir) })).url);
    });
};
