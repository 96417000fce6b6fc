import { writeFile } from 'node:fs/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Conflict } from '../../base/errors.js';

/** Writes a new secret key to a file of the caller alone; resolves to its recipient. @throws Conflict if it is there */
export async function makeKey(path: string): Promise<string> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const text = `# opens backups of Deis Classic for ${recipient}\n${identity}\n`;
  await writeFile(path, text, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new Conflict(`${path} is there already, and was left as it is`);
    throw error;
  });
  return recipient;
}
