import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import type { DrainRecord } from '../../store/drains/drain-store.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forAdmins, forFormation } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import {
  type Json,
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
} from '../http/answers.js';
import { ownName } from '../http/input/names.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';

const types = ['syslog', 'syslog-tls', 'https', 'loki'] as const;

export const drainSchema = z
  .object({
    id: z.string().describe('Its name.'),
    token: z
      .string()
      .describe('Names it to its sink, in the header `Deis-Drain-Token` or the structured data of syslog.'),
    type: z.enum(types),
    url: z.string().describe('Without user, password, path and query, which are not shown again.'),
    created_at: moment,
    sent: z.int().describe('Lines that its sink has taken.'),
    unsent: z.int().describe('Lines that its sink never gets, which it is told of.'),
    backlog: z.int().describe('Bytes that wait.'),
    last_sent_at: moment.nullable(),
    last_error: z.string().nullable().describe('Null once lines went through again.'),
    last_error_at: moment.nullable(),
    next_attempt_at: moment.nullable(),
  })
  .meta({ id: 'Drain' });

const newDrain = z.strictObject({
  url: z
    .string()
    .max(10_000)
    .describe(
      '`syslog+tls://HOST:PORT`, `syslog://HOST:PORT`, `https://USER:SECRET@HOST/PATH` or `loki+https://...`.',
    ),
  id: ownName.optional().describe('Its name; default: `drain-1`, or the next one that is free.'),
  type: z.enum(types).optional().describe('`loki` for a URL of https; default: as the URL says.'),
});
type NewDrain = z.output<typeof newDrain>;
/** The URL may be a secret. */
const audit = ({ id, type }: NewDrain) => ({
  ...(id === undefined ? {} : { id }),
  ...(type === undefined ? {} : { type }),
});

export const listDrains = forFormation({
  may: 'see',
  summary: 'List where the lines of the formation are sent to.',
  answers: answersPageOf(drainSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.drains.page(call.formation.id, request), drainJson),
});

export const addDrain = forFormation({
  may: 'deploy',
  summary: 'Send the lines of the formation somewhere, from now on.',
  answers: answersCreated(drainSchema),
  body: newDrain,
  audit,
  answer: async ({ parts, formation, body }) => add(parts, formation, body),
});

export const showDrain = forFormation({
  may: 'see',
  summary: 'Tell of a drain of the formation: what it has sent, what waits, and what went wrong.',
  answers: answersWith(drainSchema),
  answer: async ({ parts, formation, param }) =>
    ok(drainJson(await found(parts, formation.id, param('drain')))),
});

export const removeDrain = forFormation({
  may: 'deploy',
  summary: 'Send lines there no more; those that wait are forgotten.',
  answers: answersNothing,
  answer: async ({ parts, formation, param }) => remove(parts, formation.id, param('drain')),
});

export const listControllerDrains = forAdmins({
  summary: 'List where the lines of all formations are sent to.',
  answers: answersPageOf(drainSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.drains.page(null, request), drainJson),
});

export const addControllerDrain = forAdmins({
  summary: 'Send the lines of all formations somewhere, from now on.',
  answers: answersCreated(drainSchema),
  body: newDrain,
  audit,
  answer: async ({ parts, body }) => add(parts, null, body),
});

export const showControllerDrain = forAdmins({
  summary: 'Tell of a drain of the controller: what it has sent, what waits, and what went wrong.',
  answers: answersWith(drainSchema),
  answer: async ({ parts, param }) => ok(drainJson(await found(parts, null, param('drain')))),
});

export const removeControllerDrain = forAdmins({
  summary: 'Send the lines of all formations there no more; those that wait are forgotten.',
  answers: answersNothing,
  answer: async ({ parts, param }) => remove(parts, null, param('drain')),
});

async function add(
  { formations }: AppParts,
  formation: { readonly id: number; readonly name: string } | null,
  { id, url, type }: NewDrain,
) {
  const drain = await formations.addDrain(formation?.id ?? null, { url, name: id, type });
  const below = formation === null ? '/api' : `/api/formations/${formation.name}`;
  return created(drainJson(drain), `${below}/drains/${encodeURIComponent(drain.name)}`);
}

async function found({ stores }: AppParts, formationId: number | null, name: string): Promise<DrainRecord> {
  const drain = isStorable(name) ? await stores.drains.byName(formationId, name) : undefined;
  if (drain === undefined) throw noDrain(name);
  return drain;
}

async function remove({ stores }: AppParts, formationId: number | null, name: string) {
  if (!isStorable(name) || !(await stores.drains.delete(formationId, name))) throw noDrain(name);
  return noContent;
}

function noDrain(name: string): NotFound {
  return new NotFound(`no drain ${JSON.stringify(name)}`);
}

function drainJson(drain: DrainRecord): Json<typeof drainSchema> {
  return {
    id: drain.name,
    token: drain.token,
    type: drain.type,
    url: drain.shown,
    created_at: isoTime(drain.createdAt),
    sent: drain.sent,
    unsent: drain.unsent,
    backlog: drain.backlog,
    last_sent_at: isoTime(drain.lastSentAt),
    last_error: drain.lastError,
    last_error_at: isoTime(drain.lastErrorAt),
    next_attempt_at: isoTime(drain.nextAttemptAt),
  };
}
