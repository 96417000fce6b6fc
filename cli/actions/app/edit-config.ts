import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Call } from '../../call.js';
import { parseDotenv, toDotenv } from '../../terminal/input/dotenv.js';
import { CliError, exitCodes } from '../../terminal/errors.js';

/** Changes that lead from one config to another: null unsets. */
export function configChanges(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const removed = Object.keys(from)
    .filter((name) => !Object.hasOwn(to, name))
    .map((name) => [name, null] as const);
  const set = Object.entries(to).filter(
    ([name, value]) => !Object.hasOwn(from, name) || from[name] !== value,
  );
  return Object.fromEntries([...set, ...removed]);
}

/**
 * Lets the user's editor ($VISUAL, $EDITOR, else vi) change the values, in a file that only the user can read
 * and that is gone afterwards. @throws CliError when the editor fails or what it leaves is no config
 */
export async function editValues(
  call: Call,
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'deis-config-'));
  const file = join(folder, 'config.env');
  try {
    await writeFile(
      file,
      `# NAME=value, a line each. Lines that you take away are unset.\n${toDotenv(values)}`,
      { mode: 0o600 },
    );
    await runEditor(call, file);
    return parseDotenv(await readFile(file, 'utf8'), 'the edited config');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The variable may hold options, hence the shell; the file is a word of its own. */
async function runEditor({ terminal }: Call, file: string): Promise<void> {
  const editor = terminal.env['VISUAL'] || terminal.env['EDITOR'] || 'vi';
  const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
  const code = await new Promise<number>((done, failed) =>
    child.on('error', failed).on('close', (status) => done(status ?? 1)),
  );
  if (code !== 0) throw new CliError(`the editor (${editor}) failed: nothing was changed`, exitCodes.failed);
}
