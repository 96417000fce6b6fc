import { UserError } from '../base/errors.js';
import { openDatabase, type Database } from './store/database.js';
import { describeDatabase } from './store/database-url.js';
import { embeddedHome } from './store/postgres/embedded-home.js';
import { EmbeddedPostgres } from './store/postgres/embedded-postgres.js';
import { migrate } from './store/migrate.js';
import { readSchema, refuseNewer } from './store/schema.js';
import type { Settings } from './settings/settings.js';
import { packageVersion } from './version.js';

export interface OpenedDatabase {
  readonly url: string;
  readonly database: Database;
  /** Null with a DATABASE_URL. */
  readonly embedded: EmbeddedPostgres | null;
  /** Migrations that ran now. */
  readonly migrated: readonly string[];
  close(): Promise<void>;
}

/** Connections for requests, beside those of the workers. */
const poolForRequests = 12;
/** Beside the pool: the listener, psql, pg_dump, knex's command. */
const spareConnections = 20;

/** Asked before a database is changed: what they throw is thrown, and nothing is left running. */
export interface BeforeChanges {
  /** Before a database is begun. */
  readonly onEmpty: () => Promise<void>;
  /** Before these migrations run on a database that is in use. */
  readonly onUpgrade: (pending: readonly string[]) => Promise<void>;
}

/**
 * The operator's PostgreSQL, or else the embedded one, with the schema up to date. @throws UserError when it cannot be
 * reached, or a newer release has left what this one cannot serve.
 */
export async function openOwnDatabase(
  settings: Pick<Settings, 'databaseUrl' | 'dataDir' | 'workers' | 'backup'>,
  { onEmpty, onUpgrade }: BeforeChanges,
): Promise<OpenedDatabase> {
  const poolSize = settings.workers + poolForRequests;
  if (settings.databaseUrl === undefined && !(await EmbeddedPostgres.exists(embeddedHome(settings.dataDir))))
    await onEmpty();
  const embedded =
    settings.databaseUrl === undefined
      ? await EmbeddedPostgres.start({
          home: embeddedHome(settings.dataDir),
          maxConnections: poolSize + spareConnections,
          keepLog: settings.backup.pointInTime !== undefined,
        })
      : null;
  const url = settings.databaseUrl ?? embedded!.url;
  const database = openDatabase({ url, poolSize });
  const close = async (): Promise<void> => {
    await database.destroy();
    await embedded?.stop();
  };
  try {
    if (embedded === null) await reach(database, url);
    const schema = await readSchema(database);
    refuseNewer(schema, packageVersion());
    if (schema.isEmpty) await onEmpty();
    else if (schema.pending.length > 0) await onUpgrade(schema.pending);
    return { url, database, embedded, migrated: await migrate(database), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Proves that the operator's database answers. @throws UserError naming it, without its password */
export async function reach(database: Database, url: string): Promise<void> {
  try {
    await database.raw('select 1');
  } catch (error) {
    const { name, servers } = describeDatabase(url);
    throw new UserError(`cannot use the database ${name} on ${servers}: ${(error as Error).message}`, {
      field: 'DATABASE_URL',
      cause: error,
    });
  }
}
