import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canReach, postgresAccount, type PostgresAccount } from './postgres-account.js';

/** Who owns every database of a cluster of ours, and the database's name. */
export const superuser = 'deis';
export const databaseName = 'deis';

/** For binaries and clusters that the account could not reach at their own place. */
export function defaultShared(): string {
  return process.getuid?.() === 0 ? '/var/lib/deis-postgres' : join(homedir(), '.cache', 'deis-postgres');
}

/** Where the cluster of `home` lies, or will lie, and whose it is. */
export async function clusterPlace(
  home: string,
  shared: string,
): Promise<{ cluster: string; account: PostgresAccount }> {
  const inside = join(home, 'cluster');
  const outside = join(shared, 'clusters', createHash('sha256').update(home).digest('hex').slice(0, 16));
  const existing = [inside, outside].find((path) => existsSync(path));
  const account = await postgresAccount(existing ?? inside);
  if (existing !== undefined) return { cluster: existing, account };
  return { cluster: (await canReach(account, inside)) ? inside : outside, account };
}

/** The password of the superuser, which a file of `home` keeps; `made` where it is not there yet. */
export async function keptPassword(
  home: string,
  made = randomBytes(24).toString('base64url'),
): Promise<string> {
  const path = join(home, 'password');
  await writeFile(path, made, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return readFile(path, 'utf8');
}

/** Bytes of a socket's path, with its end: `sun_path` of unix(7). */
const maxSocketPath = 108;
const anyPort = 65_535;

/** Where the server of a cluster has its socket: its account and root alone reach it. None: the path is too long. */
export function socketFolder(cluster: string): string | undefined {
  return Buffer.byteLength(socketPath(cluster, anyPort)) < maxSocketPath ? cluster : undefined;
}

/**
 * The address of the server of a cluster: its socket where this process reaches one, which costs less of the processor
 * than loopback; else loopback. With the password: never log it.
 */
export function clusterUrl(cluster: string, password: string, port: number): string {
  const url = `postgres://${superuser}:${password}@127.0.0.1:${port}/${databaseName}`;
  const folder = socketFolder(cluster);
  if (folder === undefined || !existsSync(socketPath(folder, port))) return url;
  return `${url}?host=${encodeURIComponent(folder)}`;
}

/** Those that killed servers left; none may run on the cluster. */
export async function removeSockets(cluster: string): Promise<void> {
  for (const name of await readdir(cluster))
    if (/^\.s\.PGSQL\.\d+(\.lock)?$/.test(name)) await rm(join(cluster, name), { force: true });
}

/** As PostgreSQL names it: UNIXSOCK_PATH of src/include/libpq/pqcomm.h. */
function socketPath(folder: string, port: number): string {
  return join(folder, `.s.PGSQL.${port}`);
}
