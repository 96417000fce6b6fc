import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** Folder in a cluster: a file in it says that the segment of its name is kept elsewhere. */
export const keptLogFolder = 'deis_archived';

/** Of wait-for-copy.sh, in the cluster: PostgreSQL's account may not get at ours. */
const waitName = 'deis_wait.sh';
const waitFile = fileURLToPath(new URL('wait-for-copy.sh', import.meta.url));
const archiveCommand = `sh ${waitName} ${keptLogFolder} %f`;

/**
 * Has a cluster keep its write-ahead log until it was copied, or not. Kept in the cluster's own settings: whoever
 * starts it later keeps the log, too. Resolves to whether the server must be started again for it.
 */
export async function keepLog(url: string, cluster: string, isWanted: boolean): Promise<boolean> {
  if (isWanted) {
    await writeFile(join(cluster, waitName), await readFile(waitFile));
    await chmod(join(cluster, waitName), 0o644);
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ mode: string; command: string }>(
      `select current_setting('archive_mode') as mode, current_setting('archive_command') as command`,
    );
    const { mode, command } = rows[0]!;
    if (isWanted && command !== archiveCommand) {
      await client.query(`alter system set archive_command = ${client.escapeLiteral(archiveCommand)}`);
      await client.query('select pg_reload_conf()');
    }
    if ((mode === 'on') === isWanted) return false;
    await client.query(isWanted ? 'alter system set archive_mode = on' : 'alter system reset archive_mode');
    return true;
  } finally {
    await client.end();
  }
}
