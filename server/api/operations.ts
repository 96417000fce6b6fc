import { z } from 'zod';
import { answersEvents, answersPageOf, answersWith } from './http/answers.js';
import { forFormation, forOperation } from './endpoint/endpoint.js';
import { operationJson, operationSchema, readOperationJson } from './replies/operation-json.js';
import { page, pageQuery } from './endpoint/page.js';
import { ok } from './endpoint/reply.js';
import { openEvents } from './replies/stream-events.js';

/** Newest first. */
export const listOperations = forFormation({
  may: 'see',
  summary: 'List the operations of a formation, newest first.',
  answers: answersPageOf(operationSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores, buildSlots } = call.parts;
    return page(
      call,
      (request) => stores.operations.pageOfFormation(call.formation.id, request),
      async (shown) => {
        const usernames = await stores.users.usernames(shown.map((operation) => operation.requestedBy));
        const ids = shown.map(({ id }) => id);
        const places = await stores.queue.positionsOf(ids, buildSlots);
        return (operation) => operationJson(operation, usernames, places.get(operation.id));
      },
    );
  },
});

export const showOperation = forOperation({
  may: 'see',
  summary: 'Show an operation.',
  answers: answersWith(operationSchema),
  answer: async ({ parts, operation }) => ok(await readOperationJson(parts, operation)),
});

/** Newest lines of one answer. */
const maxLines = 10_000;

/** What it has come to: a page shows that first, and the events from the first one on behind it. */
export const showNewestEvents = forOperation({
  may: 'see',
  summary:
    'Show what an operation has come to: the events of its steps, its end where it has one, and its newest lines. ' +
    'A long output is there at its end at once; all of it is in its events.',
  answers: answersWith(
    z
      .object({
        id: z.int().describe('Of the newest event; 0: there is none yet.'),
        events: z
          .array(
            z.object({
              type: z.string().describe('`step-started`, `step-ended`, `end`'),
              data: z.record(z.string(), z.unknown()).describe('As in the stream of events.'),
            }),
          )
          .describe('In order, without lines and heartbeats.'),
        lines: z.array(z.string()).describe('Fewer than asked for where they are long: half a megabyte.'),
        lines_before: z.int().describe('How many it wrote before these.'),
      })
      .meta({ id: 'NewestEvents' }),
  ),
  query: z.strictObject({
    lines: z.coerce.number().pipe(z.int().min(1).max(maxLines)).default(2000).describe('At most so many.'),
  }),
  answer: async ({ parts, operation, query }) => {
    const { linesBefore, ...newest } = await parts.stores.operationEvents.newest(operation.id, query.lines);
    return ok({ ...newest, lines_before: linesBefore });
  },
});

/** Its events as they happen, from the first or from after `Last-Event-ID`, until it has ended. */
export const followOperation = forOperation({
  may: 'see',
  summary:
    'Follow an operation: its events as they happen, ' +
    'from the first or from after `Last-Event-ID`, until it has ended.',
  answers: answersEvents(
    'Events `step-started`, `step-ended`, `heartbeat` (`doing`: what a node is at), `line` and at last `end`, ' +
      'each with an `id` and one line of JSON; `error` (a problem) when you may not have them any more.',
  ),
  headers: { 'Last-Event-ID': 'Begin after this event.' },
  query: z.strictObject({
    lines: z
      .literal('together')
      .optional()
      .describe('Lines that follow each other come in one event `lines` (`texts`), with the id of the last.'),
  }),
  answer: async ({ parts, operation, request, response, lost, query }) => {
    const stream = openEvents({ request, response, lost });
    try {
      for await (const event of parts.eventStream.follow(
        operation.id,
        lastEventId(request.get('last-event-id')),
        AbortSignal.any([stream.closed, lost]),
        query.lines === 'together',
      )) {
        await stream.send({ id: event.id, event: event.type, data: { ...event.data, at: event.at } });
      }
    } catch (error) {
      // The client reconnects with the last id it saw; there is nobody to tell but the log.
      if (!stream.closed.aborted && !lost.aborted)
        request.log.error({ err: error, operation: operation.id }, 'event stream broke');
    }
    stream.end();
    return undefined;
  },
});

/** Asks for its end. Cancelling what has ended changes nothing. */
export const cancelOperation = forOperation({
  may: 'deploy',
  summary: 'Ask for the end of an operation. Cancelling what has ended changes nothing.',
  answers: answersWith(operationSchema),
  answer: async ({ parts, operation }) =>
    ok(await readOperationJson(parts, await parts.formations.cancelOperation(operation))),
});

/** Anything but a number starts from the beginning: repeating lines is better than losing them. */
function lastEventId(header: string | undefined): number {
  return /^\d{1,15}$/.test(header ?? '') ? Number(header) : 0;
}
