import { spawn } from 'node:child_process';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { delimiter, join } from 'node:path';
import { CliError, exitCodes } from './terminal/errors.js';

const prefix = 'deis-';
/** Programs of this package that are no commands of `deis`. */
const notPlugins = ['deis-controller', 'deis-quickstart'];

/** Path of the program `deis-WORD`, the first on PATH that can be run; undefined when there is none. */
export async function findPlugin(word: string, path: string): Promise<string | undefined> {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(word) || notPlugins.includes(prefix + word)) return undefined;
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const file = join(folder, prefix + word);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

/** Names of all plugins on PATH (`x` of `deis-x`), sorted. */
export async function listPlugins(path: string): Promise<string[]> {
  const folders = await Promise.all(
    path
      .split(delimiter)
      .filter((each) => each !== '')
      .map(async (folder) =>
        (await readdir(folder).catch(() => []))
          .filter((name) => name.startsWith(prefix))
          .map((name) => name.slice(prefix.length)),
      ),
  );
  const words = [...new Set(folders.flat())].sort();
  const found = await Promise.all(
    words.map(async (word) => ((await findPlugin(word, path)) === undefined ? [] : [word])),
  );
  return found.flat();
}

/**
 * Runs it with our own streams; resolves to its exit code, as shells count it when a signal ended it. @throws
 * CliError when it cannot be run
 */
export async function runPlugin(file: string, args: readonly string[]): Promise<number> {
  const child = spawn(file, [...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new CliError(`cannot run ${file}: ${error.message}`, exitCodes.failed, { cause: error })),
    );
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : os.signals[signal])));
  });
}

async function isProgram(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
