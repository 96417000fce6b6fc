import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Call } from '../../call.js';
import { usageError } from '../../terminal/errors.js';

/**
 * Text of the public key to add: the file named, else the only one of ~/.ssh, else the one chosen. @throws
 * CliError (usage); a private key never leaves the machine
 */
export async function choosePublicKey(call: Call): Promise<string> {
  const path =
    call.args[0] === undefined ? await pickFromHome(call) : resolve(call.terminal.cwd, call.args[0]);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT')
      throw usageError(`there is no file ${path}`, 'make a pair: ssh-keygen -t ed25519');
    throw usageError(`cannot read ${path}: ${error.message}`);
  });
  if (/PRIVATE KEY-----|^PuTTY-User-Key-File/.test(text))
    throw usageError(`${path} is a private key, which must stay with you`, `its public half: ${path}.pub`);
  return text.trim();
}

async function pickFromHome(call: Call): Promise<string> {
  const folder = join(call.terminal.home, '.ssh');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.pub')).sort();
  if (names.length === 0)
    throw usageError(
      `there is no public key in ${folder}`,
      'make one: ssh-keygen -t ed25519',
      'or name its file: deis keys:add PATH',
    );
  if (names.length === 1) return join(folder, names[0]!);
  if (!call.terminal.interactive)
    throw usageError(
      `there are several public keys in ${folder}: name one`,
      ...names.map((name) => `deis keys:add ${join(folder, name)}`),
    );
  names.forEach((name, index) => call.output.talk(`  ${index + 1}) ${name}`));
  const chosen = names[Number(await call.terminal.ask('Which key? ')) - 1];
  if (chosen === undefined) throw usageError(`a number from 1 to ${names.length} was asked for`);
  return join(folder, chosen);
}
