import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../../base/errors.js';

/**
 * The text of a file that its owner alone may read. @param what its name in the message @throws UserError when others
 * may; the error of the file system
 */
export async function readPrivateFile(path: string, what = path, field?: string): Promise<string> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0)
    throw new UserError(
      `${what} is open to others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`,
      field === undefined ? {} : { field },
    );
  return readFile(path, 'utf8');
}
