import { execa } from 'execa';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The accounts may be those of a directory on the network. */
const accountMs = 30_000;

/** The system account that the embedded PostgreSQL runs as. */
export interface PostgresAccount {
  readonly uid: number;
  readonly gid: number;
  /** False: it is the controller's own account, nothing has to change hands. */
  readonly isOther: boolean;
}

/** Made when the controller is root and the host has no user `postgres`. */
const ownName = 'deis-postgres';

/**
 * Which account runs PostgreSQL, which refuses to run as root: the controller's own, or for root the owner of
 * an existing `cluster`, else `postgres` when the host has it, else `deis-postgres`, which is made.
 */
export async function postgresAccount(cluster: string): Promise<PostgresAccount> {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, isOther: false };
  const owner = await stat(cluster).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, isOther: true };
  return (await accountNamed('postgres')) ?? (await accountNamed(ownName)) ?? createAccount();
}

/** Whether the account may enter every folder on the way to `path`, by the folders' mode bits. */
export async function canReach(account: PostgresAccount, path: string): Promise<boolean> {
  if (!account.isOther) return true;
  for (let folder = dirname(path), above = ''; folder !== above; above = folder, folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const searchBit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & searchBit) === 0) return false;
  }
  return true;
}

async function accountNamed(name: string): Promise<PostgresAccount | undefined> {
  const { stdout, exitCode } = await execa('getent', ['passwd', name], { reject: false, timeout: accountMs });
  const [, , uid, gid] = stdout.split(':');
  return exitCode === 0 && uid !== undefined && gid !== undefined
    ? { uid: Number(uid), gid: Number(gid), isOther: true }
    : undefined;
}

async function createAccount(): Promise<PostgresAccount> {
  const flags = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    ownName,
  ];
  await execa('useradd', flags, { timeout: accountMs });
  const account = await accountNamed(ownName);
  if (account === undefined) throw new Error(`useradd made no account ${ownName}`);
  return account;
}
