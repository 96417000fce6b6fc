import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import type { LogQuery } from '../../formation/context/kept/log-reader.js';
import { requireProcess } from '../../formation/logs/log-query.js';
import { readFormationSnapshot } from '../../store/app/formation-snapshot.js';
import { answersEvents, answersText, answersWith } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forFormation } from '../endpoint/endpoint.js';
import { StreamLimit } from '../endpoint/stream-limit.js';
import { openEvents } from '../replies/stream-events.js';
import { untilClosed } from '../http/abort-on-close.js';
import { givenTime } from '../http/input/given-time.js';

const query = z.strictObject({
  lines: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().max(10_000))
    .default(100),
  ps: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,30}(\.[1-9]\d{0,8})?$/, 'is not a valid process: expected web or web.1')
    .optional(),
  since: givenTime.optional(),
  until: givenTime.optional(),
  source: z.enum(['app', 'deis'], 'is not a valid source: expected app or deis').optional(),
  grep: z
    .string()
    .min(1, 'must not be empty')
    .max(1000)
    .refine((text) => !/[\0\n]/.test(text), 'must be one line')
    .optional(),
});
/** Bytes of lines that wait for a client that reads too slowly; beyond them the following ends. */
const maxBacklog = 16 * 1024 * 1024;

const maxOfUser = 10;
const maxOfFormation = 50;
const followers = new StreamLimit({
  ofUser: maxOfUser,
  ofFormation: maxOfFormation,
  tooManyOfUser: `you follow logs ${maxOfUser} times already: end one of them first`,
  tooManyOfFormation: `${maxOfFormation} people follow these logs already: try again later`,
});

function toQuery({ since, until, ...rest }: z.output<typeof query>): LogQuery {
  const time = (text: string | undefined): Date | undefined =>
    text === undefined ? undefined : new Date(text);
  return { ...rest, since: time(since), until: time(until) };
}

async function checkProcess(
  { stores }: AppParts,
  formationId: number,
  ps: string | undefined,
): Promise<void> {
  const snapshot = ps === undefined ? undefined : await readFormationSnapshot(stores, formationId);
  if (ps !== undefined && snapshot !== undefined) requireProcess(snapshot, ps);
}

/** The newest lines of all containers, oldest first, as plain text. */
export const showLogs = forFormation({
  may: 'logs',
  summary: 'Show the newest lines of all containers, oldest first.',
  answers: answersText('A line each: `2026-01-01T00:00:00.000Z app[web.1]: text`.'),
  query,
  answer: async ({ parts, response, formation, query: wanted }) => {
    await checkProcess(parts, formation.id, wanted.ps);
    const lines = await parts.formations.fetchLogs(formation, toQuery(wanted), untilClosed(response));
    return { status: 200, body: lines.map((line) => `${line}\n`).join('') };
  },
});

/** How much of the formation's lines is kept. */
export const showKeptLogs = forFormation({
  may: 'logs',
  summary: 'Show how much of the logs the log server keeps, and how much it may keep.',
  answers: answersWith(
    z.object({
      bytes: z.number(),
      files: z.number(),
      from: z.iso.datetime().nullable(),
      to: z.iso.datetime().nullable(),
      max_bytes: z.number(),
      max_days: z.number(),
      server: z.enum(['running', 'away', 'none']),
    }),
  ),
  answer: async ({ parts, formation }) => {
    const { from, to, maxBytes, maxDays, ...rest } = await parts.formations.keptLogs(formation);
    return {
      status: 200,
      body: {
        ...rest,
        from: from?.toISOString() ?? null,
        to: to?.toISOString() ?? null,
        max_bytes: maxBytes,
        max_days: maxDays,
      },
    };
  },
});

/** The newest lines, and all further ones as they come. */
export const followLogs = forFormation({
  may: 'logs',
  summary: 'Follow the logs: the newest lines of all containers, and then every further one as it comes.',
  answers: answersEvents(
    '`line` ({text}), without end; `error` (a problem) when you may not have them any more.',
  ),
  query,
  answer: async ({ parts, request, response, lost, user, formation, query: wanted }) => {
    // While an error still has a status of its own.
    await checkProcess(parts, formation.id, wanted.ps);
    const leave = followers.enter(user.id, formation.id);
    const slow = new AbortController();
    const stream = openEvents({ request, response, lost });
    const onLine = (text: string): void => {
      void stream.send({ event: 'line', data: { text } });
      if (stream.backlog > maxBacklog) slow.abort(new UserError('the lines were not read fast enough'));
    };
    try {
      await parts.formations.followLogs(
        formation,
        toQuery(wanted),
        onLine,
        AbortSignal.any([slow.signal, stream.closed, lost]),
      );
    } catch (error) {
      if (!stream.closed.aborted && !slow.signal.aborted && !lost.aborted)
        request.log.warn({ err: error, formation: formation.name }, 'following the logs broke off');
    } finally {
      leave();
    }
    stream.end();
    return undefined;
  },
});
