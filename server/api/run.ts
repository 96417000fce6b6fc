import { z } from 'zod';
import { UserError } from '../../cookbooks/errors.js';
import { answersEvents } from './answers.js';
import { forFormation } from './endpoint.js';
import { toProblem } from './problem.js';
import { SseReply } from './sse-reply.js';
import { untilClosed } from './until-closed.js';

/** Clients give up on an answer that does not begin (Node's fetch after 5 min): a silent command's stream is opened after this long. */
const openAfterMs = 10_000;
/** Bytes of output that wait for a client that reads too slowly; beyond them the run ends. */
const mostBacklog = 16 * 1024 * 1024;

/**
 * Runs a command in a container of its own and streams `output` ({stream, text}) and at last `exit` ({code});
 * `error` (problem details) when it could not be run to its end. When the client goes, so does the container.
 */
export const runCommand = forFormation({
  summary: 'Run a command in a container of its own, with the code and config of the live release. When the client goes, so does the container.',
  answers: answersEvents('`output` ({stream, text}), at last `exit` ({code}); `error` (problem details) when it could not be run to its end.'),
  body: z.strictObject({ command: z.string().trim().min(1, 'must not be empty').max(64 * 1024) }),
  answer: async ({ parts, request, response, formation, body }) => {
    const abandoned = new AbortController();
    const signal = AbortSignal.any([abandoned.signal, untilClosed(response)]);
    // Not opened at once: what is wrong before anything ran still gets a status of its own.
    let stream: SseReply | undefined;
    const open = (): SseReply => (stream ??= new SseReply(response, untilClosed(response)));
    const opening = setTimeout(open, openAfterMs);
    try {
      const code = await parts.formations.runCommand(
        formation,
        body.command,
        (output) => {
          void open().send({ event: 'output', data: output });
          if (open().backlog > mostBacklog) abandoned.abort(new UserError('the output was not read fast enough: redirect it to a file in the container, or print less'));
        },
        signal,
      );
      await open().send({ event: 'exit', data: { code } });
    } catch (error) {
      if (stream === undefined) throw error;
      const { problem, unexpected } = toProblem(abandoned.signal.aborted ? abandoned.signal.reason : error, String(request.id));
      if (unexpected && !stream.closed.aborted) request.log.error({ err: error }, 'run failed unexpectedly');
      await stream.send({ event: 'error', data: problem });
    } finally {
      clearTimeout(opening);
    }
    stream?.end();
    return undefined;
  },
});
