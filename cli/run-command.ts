import type { Call } from './call.js';
import { CliError, exitCodes } from './errors.js';
import { shellWords } from './format.js';
import { relayOutput } from './relay-output.js';

/** `deis run`: output as it comes, each stream to its own; resolves to the command's exit code. Ctrl-C ends the command. */
export async function runCommand(call: Call): Promise<number> {
  const command = call.args.length === 1 ? call.arg(0) : shellWords(call.args);
  const interrupted = new AbortController();
  const stopListening = call.terminal.onInterrupt(() => interrupted.abort());
  try {
    const response = await (await call.api()).open('POST', await call.formationPath('run'), { body: { command }, headers: { Accept: 'text/event-stream' }, signal: interrupted.signal });
    return await relayOutput(call, response);
  } catch (error) {
    if (interrupted.signal.aborted) throw new CliError('interrupted; the command is stopped with its container', exitCodes.interrupted);
    if (error instanceof CliError) throw error;
    throw new CliError('the connection broke before the command had ended: its container is removed', exitCodes.failed, { cause: error });
  } finally {
    stopListening();
  }
}
