import type { Settings } from '../../settings/settings.js';
import type { Database } from '../../store/database.js';
import { embeddedHome } from '../../store/postgres/embedded-home.js';

type Place = Pick<Settings, 'databaseUrl' | 'dataDir'>;

/** The URL of the database. An embedded PostgreSQL that does not run is started for the work, and stopped again. */
export async function withDatabaseUrl<T>(
  { databaseUrl, dataDir }: Place,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (databaseUrl !== undefined) return work(databaseUrl);
  const { EmbeddedPostgres } = await import('../../store/postgres/embedded-postgres.js');
  const embedded = await EmbeddedPostgres.start({ home: embeddedHome(dataDir) });
  try {
    return await work(embedded.url);
  } finally {
    if (!embedded.adopted) await embedded.stop();
  }
}

/** The same, opened, with one connection unless told otherwise. */
export function withDatabase<T>(
  place: Place,
  work: (database: Database) => Promise<T>,
  poolSize = 1,
): Promise<T> {
  return withDatabaseUrl(place, async (url) => {
    const { openDatabase } = await import('../../store/database.js');
    const database = openDatabase({ url, poolSize });
    try {
      return await work(database);
    } finally {
      await database.destroy();
    }
  });
}
