import type { Problem } from './api-types.js';
import type { Call } from './call.js';
import { CliError, exitCodes } from './errors.js';
import { shellWords } from './format.js';
import { messageOf } from './problem.js';
import { readServerEvents } from './server-events.js';

/** `deis run`: output as it comes, each stream to its own; resolves to the command's exit code. Ctrl-C ends the command. */
export async function runCommand(call: Call): Promise<number> {
  const command = call.args.length === 1 ? call.arg(0) : shellWords(call.args);
  const interrupted = new AbortController();
  const stopListening = call.terminal.onInterrupt(() => interrupted.abort());
  try {
    const response = await (await call.api()).open('POST', await call.formationPath('run'), { body: { command }, headers: { Accept: 'text/event-stream' }, signal: interrupted.signal });
    return await relay(call, response);
  } catch (error) {
    if (interrupted.signal.aborted) throw new CliError('interrupted; the command is stopped with its container', exitCodes.interrupted);
    if (error instanceof CliError) throw error;
    throw new CliError('the connection broke before the command had ended: its container is removed', exitCodes.failed, { cause: error });
  } finally {
    stopListening();
  }
}

async function relay(call: Call, response: Response): Promise<number> {
  for await (const { event, data } of readServerEvents(response)) {
    if (event === 'output') call.output.raw(data['stream'] === 'stderr' ? 'stderr' : 'stdout', String(data['text'] ?? ''));
    else if (event === 'exit') return typeof data['code'] === 'number' ? data['code'] : exitCodes.failed;
    else if (event === 'error') throw new CliError(messageOf(data as Problem), exitCodes.failed);
  }
  throw new Error('the stream ended without an exit code');
}
