import type { Call } from '../../call.js';
import { CliError, exitCodes } from '../../terminal/errors.js';
import { shellWords } from '../../terminal/format.js';
import { relayOutput } from '../relay-output.js';

/** `deis nodes:ssh`: one command on a node itself; resolves to its exit code. Ctrl-C ends it. */
export async function runOnNode(call: Call): Promise<number> {
  const [node = '', ...words] = call.args;
  const command = words.length === 1 ? words[0]! : shellWords(words);
  const interrupted = new AbortController();
  const stopListening = call.terminal.onInterrupt(() => interrupted.abort());
  try {
    const response = await (
      await call.api()
    ).open('POST', await call.formationPath('nodes', node, 'run'), {
      body: { command },
      headers: { Accept: 'text/event-stream' },
      signal: interrupted.signal,
    });
    return await relayOutput(call, response);
  } catch (error) {
    if (interrupted.signal.aborted)
      throw new CliError('interrupted; the connection to the node is closed', exitCodes.interrupted);
    if (error instanceof CliError) throw error;
    throw new CliError('the connection broke before the command had ended', exitCodes.failed, {
      cause: error,
    });
  } finally {
    stopListening();
  }
}
