import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../../base/errors.js';

/** Milliseconds of one command: it fetches packages, and builds where the program is a clone. */
const npmMs = 900_000;
const quiet = ['--loglevel=error', '--no-fund', '--no-audit', '--no-update-notifier'];

export interface NpmOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/**
 * Runs npm with the settings of whoever runs this program, and resolves to what it printed. @throws UserError with its
 * own reason
 */
export async function npm(args: readonly string[], { cwd, signal }: NpmOptions): Promise<string> {
  const beside = join(dirname(process.execPath), 'npm');
  const program = existsSync(beside) ? beside : 'npm';
  const result = await execa(program, [...args, ...quiet], {
    cwd,
    stdin: 'ignore',
    timeout: npmMs,
    cancelSignal: signal,
    reject: false,
  });
  if (!result.failed) return result.stdout;
  const said = String(result.stderr).trim().split('\n').slice(-5).join('\n  ');
  throw new UserError(`npm ${args[0]} failed (${String(result.shortMessage).split('\n')[0]}):\n  ${said}`);
}

/** As `npm pack` prints it last: the name of the file. */
export async function npmPack(spec: readonly string[], into: string, options: NpmOptions): Promise<string> {
  const printed = await npm(['pack', ...spec, '--pack-destination', into], options);
  return join(into, printed.trim().split('\n').at(-1)!);
}
