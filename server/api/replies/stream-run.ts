import { UserError } from '../../../base/errors.js';
import type { RunOutput } from '../../formation/runs/run-output.js';
import { openEvents, type EventsCall } from './stream-events.js';
import { toProblem } from '../http/problem.js';
import type { SseReply } from '../http/sse-reply.js';
import { untilClosed } from '../http/abort-on-close.js';

/**
 * Clients give up on an answer that does not begin (Node's fetch after 5 min): a silent command's stream is
 * opened after this long.
 */
const openAfterMs = 10_000;
/** Bytes of output that wait for a client that reads too slowly; beyond them the run ends. */
const maxBacklog = 16 * 1024 * 1024;

/**
 * Streams a command's output: `output` ({stream, text}; {stream, base64} of bytes that are no text) and at
 * last `exit` ({code}); `error` (problem details) when it could not be run to its end. What is wrong before
 * anything ran still gets a status of its own. @param run its signal aborts when the client goes, or may not
 * run it any more
 */
export async function streamRun(
  { request, response, lost }: EventsCall,
  run: (onOutput: (output: RunOutput) => void, signal: AbortSignal) => Promise<number>,
): Promise<undefined> {
  const abandoned = new AbortController();
  const signal = AbortSignal.any([abandoned.signal, untilClosed(response), lost]);
  let stream: SseReply | undefined;
  const open = (): SseReply => (stream ??= openEvents({ request, response, lost }));
  const opening = setTimeout(open, openAfterMs);
  try {
    const code = await run((output) => {
      void open().send({ event: 'output', data: output });
      if (open().backlog > maxBacklog)
        abandoned.abort(
          new UserError(
            'the output was not read fast enough: redirect it to a file where it runs, or print less',
          ),
        );
    }, signal);
    await open().send({ event: 'exit', data: { code } });
  } catch (error) {
    if (stream === undefined) throw lost.aborted ? lost.reason : error;
    const { problem, unexpected } = toProblem(
      abandoned.signal.aborted ? abandoned.signal.reason : error,
      String(request.id),
    );
    if (unexpected && !stream.closed.aborted && !lost.aborted)
      request.log.error({ err: error }, 'run failed unexpectedly');
    await stream.send({ event: 'error', data: problem });
  } finally {
    clearTimeout(opening);
  }
  stream?.end();
  return undefined;
}
