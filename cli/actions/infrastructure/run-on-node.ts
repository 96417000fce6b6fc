import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { shellWords } from '../../terminal/format.js';
import { relayOutput } from '../relay-output.js';

/** `deis nodes:ssh`: one command on a node itself; resolves to its exit code. Ctrl-C ends it. */
export async function runOnNode(call: Call): Promise<number> {
  const [node = '', ...words] = call.args;
  if (words[0]?.startsWith('-') === true) throw misplacedOption(node, words);
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

/** Options of `deis nodes:ssh` whose value is the next word. */
const valued = /^(-[fa]|--(formation|app))$/;

/** No command begins with a dash: what does was meant for `deis`. */
function misplacedOption(node: string, [option = '', ...rest]: readonly string[]): CliError {
  const value = valued.test(option) ? rest.slice(0, 1) : [];
  const words = [option, ...value, node, ...rest.slice(value.length)];
  return usageError(
    `${option} is behind the node, where the command begins: options come first`,
    `deis nodes:ssh ${words.join(' ')}`,
  );
}
