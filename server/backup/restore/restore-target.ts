import { readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Conflict, UserError } from '../../../base/errors.js';
import { describeDatabase } from '../../store/database-url.js';
import { withClient } from '../database/open-client.js';

/** Where a restore goes. */
export interface RestorePlace {
  readonly dataDir: string;
  readonly masterKeyFile: string;
  /** Undefined: the embedded one. */
  readonly databaseUrl: string | undefined;
}

/** What may be in a data directory that holds nothing. */
const nothing = ['controller.lock', 'lost+found'];

/**
 * Looks at where a restore would go, and changes nothing. @param replace what may be overwritten: the path of the
 * data directory, the name of the database
 * @throws UserError where something is that is not named, Conflict while controllers use the database
 */
export async function checkRestorePlace(place: RestorePlace, replace: readonly string[]): Promise<void> {
  const { dataDir, databaseUrl } = place;
  await checkOwner(dataDir);
  const held = await entriesOf(place);
  if (held.length > 0 && !replace.includes(dataDir))
    throw new UserError(
      `${dataDir} holds something (${held.slice(0, 5).join(', ')}): nothing was written. Name an empty data ` +
        `directory, or, if all in it may go, add --replace ${dataDir}`,
      { field: 'DEIS_DATA_DIR' },
    );
  if (databaseUrl !== undefined) await checkDatabase(databaseUrl, replace);
}

/** Names in the data directory, but for the master key's file. */
export async function entriesOf({ dataDir, masterKeyFile }: RestorePlace): Promise<string[]> {
  const names = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const keyName = dirname(masterKeyFile) === dataDir ? basename(masterKeyFile) : undefined;
  return names.filter((name) => name !== keyName && !nothing.includes(name)).sort();
}

/** What root writes, a service's own user could not change. */
async function checkOwner(dataDir: string): Promise<void> {
  const owner = await stat(dataDir).catch(() => undefined);
  const own = process.getuid?.();
  if (owner === undefined || own === undefined || owner.uid === own) return;
  throw new UserError(
    `${dataDir} belongs to user ${owner.uid}, and this is user ${own}: run it as that user, e.g. with ` +
      `setpriv --reuid=${owner.uid} --regid=${owner.gid} --init-groups deis-controller backup restore`,
    { field: 'DEIS_DATA_DIR' },
  );
}

async function checkDatabase(url: string, replace: readonly string[]): Promise<void> {
  const { name } = describeDatabase(url);
  const { tables, connections } = await withClient(url, async (client) => {
    const { rows } = await client.query<{ tables: number; connections: number }>(
      `select
         (select count(*) from pg_class
          where relnamespace = current_schema()::regnamespace and relkind = 'r') as tables,
         (select count(*) from pg_stat_activity where datname = current_database()
          and application_name like 'deis-controller%' and pid <> pg_backend_pid()) as connections`,
    );
    return rows[0]!;
  });
  if (connections > 0)
    throw new Conflict(
      `controllers use the database ${name} (${connections} connections): stop them first; nothing was written`,
    );
  if (tables > 0 && !replace.includes(name))
    throw new UserError(
      `the database ${name} holds ${tables} tables: nothing was written. Name an empty one with DATABASE_URL, or, if ` +
        `all in it may go, add --replace ${name}`,
      { field: 'DATABASE_URL' },
    );
}
