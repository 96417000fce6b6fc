import type { Problem } from '../controller/api-types.js';
import type { Call } from '../call.js';
import { CliError, exitCodes } from '../terminal/errors.js';
import { messageOf } from '../controller/problem.js';
import { readServerEvents } from '../controller/server-events.js';

/**
 * Writes a remote command's output as it comes, each stream to its own; resolves to its exit code. @throws
 * CliError when it could not be run, Error when the stream broke off
 */
export async function relayOutput(call: Call, response: Response): Promise<number> {
  for await (const { event, data } of readServerEvents(response)) {
    if (event === 'output')
      call.output.bytes(data['stream'] === 'stderr' ? 'stderr' : 'stdout', bytesOf(data));
    else if (event === 'exit') return typeof data['code'] === 'number' ? data['code'] : exitCodes.failed;
    else if (event === 'error') throw new CliError(messageOf(data as Problem), exitCodes.failed);
  }
  throw new Error('the stream ended without an exit code');
}

/** Text, or what is none as base64. */
function bytesOf({ text, base64 }: Readonly<Record<string, unknown>>): Buffer {
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(String(text ?? ''));
}
