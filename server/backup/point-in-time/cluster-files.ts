import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keptLogFolder } from '../../store/postgres/keep-log.js';

/**
 * What a base backup leaves out: it is made again at a start, or belongs to the server that runs. See
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP-DATA
 */
const emptied = [
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
];
const leftOut = [
  keptLogFolder,
  'deis_restore',
  'postmaster.pid',
  'postmaster.opts',
  'server.log',
  'backup_label',
  'tablespace_map',
  'recovery.signal',
];
/** Read last, so that it is no older than what it speaks of. */
const control = 'global/pg_control';

/** Folders and files of a cluster, relative to it, parents first. Some may be gone when they are read. */
export async function clusterFiles(cluster: string): Promise<{ folders: string[]; files: string[] }> {
  const folders: string[] = [];
  const files: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(cluster, folder), { withFileTypes: true }).catch(ignoreMissing)) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (leftOut.includes(path) || /^pgsql_tmp|^pg_internal\.init/.test(entry.name)) continue;
      if (entry.isFile() && path !== control) files.push(path);
      if (!entry.isDirectory()) continue;
      folders.push(path);
      if (!emptied.includes(path)) await walk(path);
    }
  };
  await walk('');
  return { folders, files: [...files.sort(), control] };
}

function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
