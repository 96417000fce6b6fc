import { z } from 'zod';
import { onAbort } from '../../../base/on-abort.js';
import { answersEvents } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { toProblem } from '../http/problem.js';
import { runBody } from '../http/input/run-body.js';
import { RunSocket } from '../replies/run-session.js';
import { streamRun } from '../replies/stream-run.js';
import { acceptWebSocket } from '../http/upgrade.js';

/**
 * Runs a command in a container of its own and streams `output` ({stream, text}; {stream, base64} of bytes
 * that are no text) and at last `exit` ({code}); `error` (problem details) when it could not be run to its
 * end. When the client goes, so does the container.
 */
export const runCommand = forFormation({
  may: 'run',
  summary:
    'Run a command in a container of its own, with the code and config of the live release. When the ' +
    'client goes, so does the container.',
  answers: answersEvents(
    '`output` ({stream, text}; {stream, base64} of bytes that are no text), at last `exit` ({code}); ' +
      '`error` (problem details) when it could not be run to its end.',
  ),
  body: runBody,
  answer: ({ parts, request, response, lost, formation, user, body }) =>
    streamRun({ request, response, lost }, (onOutput, signal) =>
      parts.formations.runCommand(
        formation,
        { user, command: body.command, environment: body.env },
        onOutput,
        signal,
      ),
    ),
});

/** The same with input, and a terminal where the client has one, over a WebSocket. */
export const openRun = forFormation({
  may: 'run',
  changes: true,
  summary:
    'Run a command with input, and with a pseudo terminal where you have a terminal, over a WebSocket.',
  answers: {
    101: {
      description:
        'The client says first `{command, env, terminal: {rows, columns, term} or null}`; then its ' +
        'binary messages are input, and its texts `{resize: {rows, columns}}`, `{signal: "INT"}` or ' +
        '`{eof: true}`. The controller answers binary messages, the first byte 1 for stdout or 2 for ' +
        'stderr, and at last the text `{exit: code}` or `{error: problem}`.',
    },
  },
  query: z.strictObject({ protocol: z.literal('1', 'must be 1') }),
  answer: async ({ parts, request, lost, formation, user }) => {
    const socket = new RunSocket(acceptWebSocket(request), lost);
    onAbort(lost, () => socket.end({ error: toProblem(lost.reason, String(request.id)).problem }));
    try {
      const { command, env, terminal } = await socket.start();
      socket.end({
        exit: await parts.formations.runSession(
          formation,
          { user, command, environment: env },
          socket.session(terminal),
          socket.signal,
        ),
      });
    } catch (error) {
      const { problem, unexpected } = toProblem(error, String(request.id));
      if (unexpected && !socket.signal.aborted) request.log.error({ err: error }, 'run failed unexpectedly');
      socket.end({ error: problem });
    }
    return undefined;
  },
});
