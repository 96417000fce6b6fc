import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Conflict, Forbidden, NotFound, Outdated, UserError } from '../base/errors.js';
import type { Env } from './commands/command-context.js';
import { runControllerProgram } from './commands/controller-program.js';
import { systemErrorText } from './commands/system-error-text.js';

/** Their message says it all. */
const ours = [UserError, Conflict, NotFound, Forbidden, Outdated];

/**
 * The command `deis-controller`. Sets the process's exit code: 0, or 1 when it could not start, 2 for wrong
 * usage or settings.
 */
export async function main(args: readonly string[], env: Env): Promise<void> {
  try {
    await runControllerProgram(args, env);
  } catch (error) {
    process.stderr.write(`deis-controller: ${textOf(error)}\n`);
    process.exitCode = error instanceof UserError ? 2 : 1;
  }
}

function textOf(error: unknown): string {
  const refused = systemErrorText(error);
  if (refused !== undefined) return refused;
  if (ours.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) await main(process.argv.slice(2), process.env);
