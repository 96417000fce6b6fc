import { z } from 'zod';
import { answersEvents } from './answers.js';
import { forFormation } from './endpoint.js';
import { streamRun } from './stream-run.js';

/**
 * Runs a command in a container of its own and streams `output` ({stream, text}) and at last `exit` ({code});
 * `error` (problem details) when it could not be run to its end. When the client goes, so does the container.
 */
export const runCommand = forFormation({
  summary: 'Run a command in a container of its own, with the code and config of the live release. When the client goes, so does the container.',
  answers: answersEvents('`output` ({stream, text}), at last `exit` ({code}); `error` (problem details) when it could not be run to its end.'),
  body: z.strictObject({ command: z.string().trim().min(1, 'must not be empty').max(64 * 1024) }),
  answer: ({ parts, request, response, formation, body }) => streamRun({ request, response }, (onOutput, signal) => parts.formations.runCommand(formation, body.command, onOutput, signal)),
});
