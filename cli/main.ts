import { dispatch } from './dispatch.js';
import { CliError, exitCodes } from './terminal/errors.js';
import { Output } from './terminal/output.js';
import { processTerminal, type Terminal } from './terminal/terminal.js';

/** Runs `deis` with the words behind its name and resolves to its exit code; never rejects. */
export async function main(
  words: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    const output = new Output(terminal);
    if (error instanceof CliError) {
      output.error(error.message, error.details);
      return error.exitCode;
    }
    output.error(
      error instanceof Error ? error.message : String(error),
      terminal.env['DEIS_DEBUG'] && error instanceof Error ? (error.stack ?? '').split('\n').slice(1) : [],
    );
    return exitCodes.failed;
  }
}
