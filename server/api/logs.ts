import { z } from 'zod';
import { forFormation } from './endpoint.js';
import { untilClosed } from './until-closed.js';

/** The newest lines of all containers, oldest first, as plain text. */
export const showLogs = forFormation({
  query: z.strictObject({ lines: z.coerce.number().pipe(z.int().min(1).max(10_000)).default(100) }),
  answer: async ({ parts, response, formation, query }) => {
    const lines = await parts.formations.fetchLogs(formation, query.lines, untilClosed(response));
    return { status: 200, body: lines.map((line) => `${line}\n`).join('') };
  },
});
