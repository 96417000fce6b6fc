import type { Run } from '../../controller/api-types.js';
import type { Call } from '../../call.js';
import { CliError, exitCodes, usageError } from '../../terminal/errors.js';
import { shellWords } from '../../terminal/format.js';
import { parseVariables } from '../../terminal/input/pairs.js';
import { relayOutput } from '../relay-output.js';

interface RunRequest {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * `deis run`, in one of three ways: with a terminal or with input, with output only, or left running.
 * Resolves to the command's exit code.
 */
export async function runCommand(call: Call): Promise<number> {
  const request = {
    command: call.args.length === 1 ? call.arg(0) : shellWords(call.args),
    env: parseVariables(call.optionList('env')),
  };
  const { keyboard, stdout } = call.terminal;
  const asTerminal = keyboard.isTerminal && stdout.isTTY === true && !call.disabled('tty');
  if (call.terminal.inputIsFile && !asTerminal && !call.flag('stdin'))
    call.output.talk('Standard input is a file, and is not sent to the command: -i sends it');
  if (call.flag('detach')) return runDetached(call, request);
  if (!asTerminal && !call.flag('stdin')) return runForOutput(call, request);
  return (await import('./run-session.js')).runSession(call, request, asTerminal);
}

async function runDetached(call: Call, request: RunRequest): Promise<number> {
  if (call.flag('stdin'))
    throw usageError('--detach cannot be used with --stdin: no one would be there to write');
  const run = await (await call.api()).post<Run>(await call.formationPath('runs'), request);
  call.print(run, () => run.id);
  call.output.talk(`Running on ${run.node ?? 'a node'}: deis logs --ps=${run.id}, deis run:stop ${run.id}`);
  return 0;
}

/** Output as it comes, each stream to its own. Ctrl-C ends the command. */
async function runForOutput(call: Call, request: RunRequest): Promise<number> {
  const interrupted = new AbortController();
  const stopListening = call.terminal.onInterrupt(() => interrupted.abort());
  try {
    const response = await (
      await call.api()
    ).open('POST', await call.formationPath('run'), {
      body: request,
      headers: { Accept: 'text/event-stream' },
      signal: interrupted.signal,
    });
    return await relayOutput(call, response);
  } catch (error) {
    if (interrupted.signal.aborted)
      throw new CliError('interrupted; the command is stopped with its container', exitCodes.interrupted);
    if (error instanceof CliError) throw error;
    throw new CliError(
      'the connection broke before the command had ended: its container is removed',
      exitCodes.failed,
      { cause: error },
    );
  } finally {
    stopListening();
  }
}
