import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Conflict, UserError } from '../base/errors.js';
import type { Env } from './commands/command-context.js';
import { runControllerProgram } from './commands/controller-program.js';

/**
 * The command `deis-controller`. Sets the process's exit code: 0, or 1 when it could not start, 2 for wrong
 * usage or settings.
 */
export async function main(args: readonly string[], env: Env): Promise<void> {
  try {
    await runControllerProgram(args, env);
  } catch (error) {
    const isOurs = error instanceof UserError || error instanceof Conflict;
    process.stderr.write(`deis-controller: ${isOurs ? error.message : detailsOf(error)}\n`);
    process.exitCode = isOurs && error instanceof UserError ? 2 : 1;
  }
}

function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) await main(process.argv.slice(2), process.env);
