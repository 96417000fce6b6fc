import { readSettings } from './server/settings/settings.js';
import { knexConfig } from './server/store/database.js';
import { embeddedHome } from './server/store/postgres/embedded-home.js';
import { EmbeddedPostgres } from './server/store/postgres/embedded-postgres.js';

/**
 * Configuration for knex's own command: `npx knex migrate:status`. It works on DATABASE_URL, or on the
 * embedded PostgreSQL of DEIS_DATA_DIR: beside the running controller, else it starts that PostgreSQL and
 * stops it when the command ends.
 *
 * knex finds knexfile.js first, which loads this file: knex 3 imports the configuration of an ES module
 * package, for which none of the TypeScript loaders that it knows (ts-node, sucrase, babel) does anything.
 * Tried: tsx's register API does.
 */
export default async function knexfile() {
  const settings = readSettings(process.env);
  return knexConfig({ url: settings.databaseUrl ?? (await embeddedUrl(settings.dataDir)), poolSize: 2 });
}

async function embeddedUrl(dataDir: string): Promise<string> {
  const postgres = await EmbeddedPostgres.start({ home: embeddedHome(dataDir) });
  // knex's command ends with process.exit.
  if (!postgres.adopted) process.once('exit', () => postgres.stopSync());
  return postgres.url;
}
