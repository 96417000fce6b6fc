import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { bindBoxes } from './bind-boxes.js';
import type { Database } from '../database.js';
import { InstanceFactStore } from '../instance-fact-store.js';
import { readPrivateFile } from './private-file.js';
import { SecretBox, UnreadableBox } from './secret-box.js';

/**
 * The box of the keys in the file: one of 64 hexadecimal digits per line, newest first. Made with mode 0600
 * when missing.
 * @throws UserError when others may read the file, or it holds something else.
 */
export async function openMasterKeyFile(path: string): Promise<SecretBox> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    .then(() => chmod(path, 0o600))
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  return new SecretBox((await readKeys(path)).map((line) => Buffer.from(line, 'hex')));
}

/** The box of keys that are in a file like it, or were in a backup. @throws UserError when it holds something else */
export function masterKeyBox(text: string, where: string): SecretBox {
  return new SecretBox(keyLines(text, where).map((line) => Buffer.from(line, 'hex')));
}

/** Whether the file holds keys that were replaced, whose rotation has not ended. */
export async function hasOlderKeys(path: string): Promise<boolean> {
  return (await readKeys(path)).length > 1;
}

/**
 * Puts a new key above those that there are. Whoever dies meanwhile leaves the file as it was. Owner and mode
 * stay, also when root does it: the controller must be able to read the file.
 */
export async function addMasterKey(path: string): Promise<void> {
  await replaceFile(path, [randomBytes(32).toString('hex'), ...(await readKeys(path))], await stat(path));
}

/**
 * Leaves only the newest key; the others go to a file beside it, for backups of the database from before.
 * Returns its path.
 */
export async function retireOlderKeys(path: string): Promise<string> {
  const [newest = '', ...older] = await readKeys(path);
  const retired = `${path}.old`;
  const before = await readFile(retired, 'utf8').catch(() => '');
  const owner = await stat(path);
  await replaceFile(retired, [...new Set([...older, ...before.split('\n').filter(Boolean)])], owner);
  await replaceFile(path, [newest], owner);
  return retired;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

async function replaceFile(path: string, lines: readonly string[], { uid, gid, mode }: Owner): Promise<void> {
  const next = `${path}.new`;
  const file = await open(next, 'w', 0o600);
  try {
    // Root alone may give a file away, and the others write their own.
    if (process.getuid?.() === 0) await file.chown(uid, gid);
    await file.chmod(mode & 0o700);
    await file.writeFile(lines.map((line) => `${line}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}

async function readKeys(path: string): Promise<string[]> {
  const what = `the master key file ${path}`;
  return keyLines(await readPrivateFile(path, what, 'DEIS_MASTER_KEY_FILE'), what);
}

function keyLines(text: string, where: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length === 0 || !lines.every((line) => /^[0-9a-f]{64}$/i.test(line)))
    throw new UserError(`${where} must hold keys of 64 hexadecimal digits, one per line`, {
      field: 'DEIS_MASTER_KEY_FILE',
    });
  return lines;
}

/** The secret that tells whether a master key is the right one. */
export const masterKeyCheck = 'master-key-check';

/**
 * Proves that the keys open what this database holds, before anything is done with it, and binds boxes of an earlier
 * version to their rows. `path` is the key file's.
 * @throws UserError when the database was encrypted under another master key.
 */
export async function checkMasterKey(database: Database, box: SecretBox, path: string): Promise<void> {
  try {
    await bindBoxes(database, box);
    await new InstanceFactStore(database, box).getOrCreate(masterKeyCheck, () => new Secret('opened'));
  } catch (error) {
    if (!(error instanceof UnreadableBox)) throw error;
    throw new UserError(
      `${path} is not the master key that this database was encrypted under: ${error.message}. Put the ` +
        'right file back; a further controller of this database needs the data directory of the first.',
      { field: 'DEIS_MASTER_KEY_FILE', cause: error },
    );
  }
}
