import { z } from 'zod';
import { answersText } from './answers.js';
import { forFormation } from './endpoint.js';
import { untilClosed } from './until-closed.js';

/** The newest lines of all containers, oldest first, as plain text. */
export const showLogs = forFormation({
  may: 'logs',
  summary: 'Show the newest lines of all containers, oldest first.',
  answers: answersText('A line each: `2026-01-01T00:00:00.000Z app[web.1]: text`.'),
  query: z.strictObject({ lines: z.coerce.number().pipe(z.int().min(1).max(10_000)).default(100) }),
  answer: async ({ parts, response, formation, query }) => {
    const lines = await parts.formations.fetchLogs(formation, query.lines, untilClosed(response));
    return { status: 200, body: lines.map((line) => `${line}\n`).join('') };
  },
});
