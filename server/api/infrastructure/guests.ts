import { z } from 'zod';
import { guestsWithQuota, setQuota } from '../../formation/sharing/set-quota.js';
import type { Guest } from '../../store/app/host-share-store.js';
import { forFormation } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { ok } from '../endpoint/reply.js';
import { quotaJson, quotaSchema } from '../replies/quota-json.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { type Json, answersPageOf, answersWith } from '../http/answers.js';

export const guestSchema = z
  .object({
    id: z.string(),
    owner: z.string(),
    containers: z.int().describe('How many serve.'),
    quota: quotaSchema,
  })
  .meta({ id: 'Guest' });

export const listGuests = forFormation({
  may: 'see',
  summary: 'List the formations that live on its nodes, and what they may use.',
  answers: answersPageOf(guestSchema),
  query: pageQuery,
  answer: async (call) => {
    const { hostShares } = call.parts.stores;
    return plainPage(call, (request) => hostShares.pageOfGuests(call.formation.id, request), guestJson);
  },
});

const amount = 'must be an amount like "512M", or null for as much as there is';

const shownQuota = z.object({
  guest: z.string().nullable().describe('Null: those to come.'),
  quota: quotaSchema,
  guests: z
    .int()
    .nullable()
    .describe(
      'Of those to come: how many each person may have who has no role in the host; null: as many as they like.',
    ),
});

export const showQuota = forFormation({
  may: 'see',
  summary: 'Show what formations to come may use on its nodes, and how many of them each person may have.',
  answers: answersWith(shownQuota),
  answer: async ({ formation: { guestQuota } }) =>
    ok({ guest: null, quota: quotaJson(guestQuota), guests: guestQuota.guests ?? null }),
});

export const changeQuota = forFormation({
  may: 'infrastructure',
  summary: 'Change what a guest may use on its nodes, or what new guests may. What is there stays.',
  answers: answersWith(shownQuota),
  body: z.strictObject({
    guest: z.string().nullish().describe('A formation on its nodes; without it: those to come.'),
    containers: z.int().min(0).max(100_000).nullish(),
    memory: z.union([z.string(), z.int()], amount).nullish(),
    cpus: z.number().min(0).max(100_000).nullish(),
    disk: z.union([z.string(), z.int()], amount).nullish(),
    guests: z
      .int()
      .min(0)
      .max(100_000)
      .nullish()
      .describe(
        'How many each person may have who has no role in the host; only without `guest`. ' +
          `The first quota of guests to come brings ${guestsWithQuota} where this is not given.`,
      ),
  }),
  audit: ({ guest, containers, memory, cpus, disk, guests }) => ({
    ...(guest === undefined ? {} : { guest }),
    ...(containers === undefined ? {} : { containers }),
    ...(memory === undefined ? {} : { memory }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(disk === undefined ? {} : { disk }),
    ...(guests === undefined ? {} : { guests }),
  }),
  answer: async ({ parts, formation, body: { guest = null, ...changes } }) => {
    const quota = await atField('guest', setQuota(parts.stores, formation, guest, changes));
    return ok({ guest, quota: quotaJson(quota), guests: quota.guests ?? null });
  },
});

function guestJson({ name, owner, containers, quota }: Guest): Json<typeof guestSchema> {
  return { id: name, owner, containers, quota: quotaJson(quota) };
}
