import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Conflict, NotFound, UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { requireAllowed } from '../../alerts/hook-sender.js';
import { addressOf, noMail, requireMailAddress, shownOf } from '../../alerts/mail-target.js';
import type { DeliveryRecord, HookRecord } from '../../store/alerts/hook-store.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery, plainPage } from '../endpoint/page.js';
import { answersCreated, answersNothing, answersPageOf, moment, type Json } from '../http/answers.js';
import { uuid } from '../http/input/names.js';
import { isoTime } from '../http/time.js';

/** Of one formation. */
export const maxHooks = 20;

const hookSchema = z
  .object({
    name: z.string(),
    host: z.string().describe('Of its URL, which is not shown; of an address what stands from its @ on.'),
    created_at: moment,
  })
  .meta({ id: 'Hook' });
const newHookSchema = hookSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .describe('Signs what is sent; shown this once. Null of mails, which none signs.'),
  })
  .meta({ id: 'NewHook' });
const deliverySchema = z
  .object({
    id: z.string(),
    event: z.string(),
    state: z.enum(['waiting', 'delivered', 'failed']),
    attempts: z.int(),
    next_at: moment.nullable(),
    last_status: z.int().nullable(),
    last_error: z.string().nullable(),
    created_at: moment,
    ended_at: moment.nullable(),
    body: z.unknown().describe('What is sent.'),
  })
  .meta({ id: 'Delivery' });

export const listHooks = forFormation({
  may: 'see',
  summary: 'List the hooks that are told of alerts.',
  answers: answersPageOf(hookSchema),
  query: pageQuery,
  answer: async (call) => {
    const hooks = await call.parts.stores.hooks.ofFormation(call.formation.id);
    return page(
      call,
      async () => ({ count: hooks.length, items: hooks }),
      async () => hookJson,
    );
  },
});

export const addHook = forFormation({
  may: 'network',
  summary:
    'Have alerts sent to a URL, signed with a secret that is answered once, or mailed to mailto:ADDRESS.',
  answers: answersCreated(newHookSchema),
  body: z.strictObject({
    url: z.url({ error: 'is not a valid URL: expected e.g. https://hooks.example.com/deis' }).max(2000),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is not a valid name of a hook: expected e.g. on-call')
      .default('default'),
  }),
  audit: ({ name, url }) => ({ name, host: shownTarget(url) }),
  answer: async ({ parts: { stores }, parts, formation, body: { url: text, name } }) => {
    const isMail = requireTarget(text, parts);
    if ((await stores.hooks.ofFormation(formation.id)).length >= maxHooks)
      throw new UserError(`${formation.name} has ${maxHooks} hooks, as many as there may be`);
    const secret = new Secret(`whsec_${randomBytes(24).toString('base64url')}`);
    const target = { url: new Secret(text), secret };
    const hook = await stores.hooks.insert(
      { formationId: formation.id, name, host: shownTarget(text) },
      target,
    );
    if (hook === undefined)
      throw new Conflict(`${formation.name} has a hook ${name} already: give another with name`);
    return { status: 201, body: { ...hookJson(hook), secret: isMail ? null : secret.reveal() } };
  },
});

export const removeHook = forFormation({
  may: 'network',
  summary: 'Send nothing more to a hook, and forget what it was sent.',
  answers: answersNothing,
  answer: async ({ parts, formation, param }) => {
    const hook = await requireHook(parts, formation, param('hook'));
    await parts.stores.hooks.remove(formation.id, hook.name);
    return { status: 204 };
  },
});

export const listDeliveries = forFormation({
  may: 'see',
  summary: 'List what a hook was sent, and what came of it, newest first.',
  answers: answersPageOf(deliverySchema),
  query: pageQuery,
  answer: async (call) => {
    const { parts, formation } = call;
    const hook = await requireHook(parts, formation, call.param('hook'));
    return plainPage(call, (request) => parts.stores.hooks.pageOfDeliveries(hook.id, request), deliveryJson);
  },
});

export const resendDelivery = forFormation({
  may: 'network',
  summary: 'Send a delivery once more, whatever came of it.',
  answers: answersCreated(deliverySchema),
  answer: async ({ parts: { stores, now }, parts, formation, param }) => {
    const hook = await requireHook(parts, formation, param('hook'));
    const sent =
      uuid.safeParse(param('delivery')).success && (await stores.hooks.delivery(hook.id, param('delivery')));
    if (!sent) throw new NotFound(`the hook ${hook.name} has no delivery ${param('delivery')}`);
    return { status: 201, body: deliveryJson(await stores.hooks.sendAgain(sent, now())) };
  },
});

function shownTarget(url: string): string {
  const address = addressOf(url);
  return address === undefined ? new URL(url).host : shownOf(address);
}

/** Whether it is an address. @throws UserError for what no hook may have */
function requireTarget(url: string, { hookNetworks, hasMail }: AppParts): boolean {
  const address = addressOf(url);
  if (address === undefined) requireAllowed(new URL(url), hookNetworks);
  else requireMailAddress(address);
  if (address !== undefined && !hasMail) throw new UserError(noMail, { field: 'url' });
  return address !== undefined;
}

async function requireHook(
  { stores }: AppParts,
  formation: { readonly id: number; readonly name: string },
  name: string,
): Promise<HookRecord> {
  const hook = await stores.hooks.byName(formation.id, name);
  if (hook !== undefined) return hook;
  const names = (await stores.hooks.ofFormation(formation.id)).map((each) => each.name);
  throw new NotFound(
    `${formation.name} has no hook ${name}: ` +
      (names.length === 0 ? 'deis hooks:add URL adds one' : `it has ${names.join(', ')}`),
  );
}

function hookJson({ name, host, createdAt }: HookRecord): Json<typeof hookSchema> {
  return { name, host, created_at: isoTime(createdAt) };
}

function deliveryJson(delivery: DeliveryRecord): Json<typeof deliverySchema> {
  const { id, event, state, attempts, nextAt, lastStatus, lastError, createdAt, endedAt, body } = delivery;
  return {
    id,
    event,
    state,
    attempts,
    next_at: state === 'waiting' ? isoTime(nextAt) : null,
    last_status: lastStatus,
    last_error: lastError,
    created_at: isoTime(createdAt),
    ended_at: isoTime(endedAt),
    body: JSON.parse(body) as unknown,
  };
}
