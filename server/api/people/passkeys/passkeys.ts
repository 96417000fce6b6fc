import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Conflict, NotFound, UserError } from '../../../../base/errors.js';
import type { PasskeyRecord } from '../../../store/people/passkey-store.js';
import { creationOptions, madePasskey } from '../../auth/passkey/ceremonies.js';
import { attestation, bodyLimit, options } from '../../auth/passkey/credentials.js';
import { forUsers } from '../../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../../endpoint/page.js';
import { created, noContent } from '../../endpoint/reply.js';
import {
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
  type Json,
} from '../../http/answers.js';
import { ownName } from '../../http/input/names.js';
import { isStorable } from '../../http/input/storable-text.js';
import { isoTime } from '../../http/time.js';
import { requirePassword } from '../account.js';
import { code } from '../auth.js';
import { requireBrowser } from '../require-browser.js';
import { requireCode } from '../second-step.js';
import { askToSign, requirePlace, takeChallenge } from './challenge.js';

/** Of one user. */
const maxPasskeys = 20;
/** Bytes; WebAuthn has 64 at most. */
const handleBytes = 32;

export const passkeySchema = z
  .object({
    id: z.string(),
    domain: z.string().describe('Where it is good: at an address of this host, and nowhere else.'),
    created_at: moment,
    last_used_at: moment.nullable(),
  })
  .meta({ id: 'Passkey' });

export const listPasskeys = forUsers({
  summary: 'List your passkeys.',
  answers: answersPageOf(passkeySchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.passkeys.pageOfUser(call.user.id, request), passkeyJson),
});

export const beginPasskey = forUsers({
  summary: 'Have your browser make a passkey. Nothing changes until it has; no token may ask for that.',
  answers: answersWith(options),
  body: z.strictObject({
    id: ownName,
    password: z.string().min(1).max(1024),
    code,
  }),
  bodyLimit,
  audit: ({ id }) => ({ passkey: id }),
  answer: async (call) => {
    const { parts, request, user, token, body } = call;
    requireBrowser(token, 'a passkey is added');
    const place = requirePlace(call);
    const all = await parts.stores.passkeys.allOfUser(user.id);
    if (all.some(({ name }) => name === body.id))
      throw new Conflict(`you have a passkey named ${body.id} already`);
    requireRoom(all);
    await requirePassword(parts, request, user, body.password);
    // A passkey will do without one: who adds it has both.
    await requireCode(parts, user.id, body.code);
    const userHandle = all[0]?.userHandle ?? randomBytes(handleBytes).toString('base64url');
    const passkeys = all.filter(({ domain }) => domain === place.domain);
    const asked = await creationOptions(place, { username: user.username, handle: userHandle, passkeys });
    return askToSign(call, asked, { userId: user.id, userHandle, name: body.id });
  },
});

export const addPasskey = forUsers({
  summary: 'Add the passkey that your browser has made.',
  answers: answersCreated(passkeySchema),
  body: z.strictObject({ credential: attestation }),
  bodyLimit,
  answer: async (call) => {
    const { parts, user, token, body } = call;
    requireBrowser(token, 'a passkey is added');
    const place = requirePlace(call);
    const asked = await takeChallenge(call, user.id);
    if (asked === undefined || asked.made === null)
      throw new Conflict('this browser was asked for no passkey, or too long ago: begin again');
    const { name, userHandle } = asked.made;
    const made = await madePasskey(place, asked.challenge, body.credential);
    if (made === undefined)
      throw new UserError('that is not the passkey that was asked for', { field: 'credential' });
    requireRoom(await parts.stores.passkeys.allOfUser(user.id));
    const { domain } = place;
    const passkey = await parts.stores.passkeys.insert({
      ...made,
      ...{ userId: user.id, name, domain, userHandle },
    });
    return created(passkeyJson(passkey), `/api/passkeys/${encodeURIComponent(name)}`);
  },
});

export const removePasskey = forUsers({
  summary: 'Take one of your passkeys away, and sign out where it signed you in; here you stay signed in.',
  answers: answersNothing,
  answer: async ({ parts, user, token, param }) => {
    const name = param('passkey');
    const isGone =
      isStorable(name) &&
      (await parts.stores.transaction(({ passkeys }) => passkeys.delete(user.id, name, token)));
    if (!isGone) throw new NotFound(`no passkey ${JSON.stringify(name)}`);
    return noContent;
  },
});

/** @throws Conflict */
function requireRoom(all: readonly unknown[]): void {
  if (all.length >= maxPasskeys)
    throw new Conflict(`you have ${maxPasskeys} passkeys, the most that there may be: remove one first`);
}

function passkeyJson({ name, domain, createdAt, lastUsedAt }: PasskeyRecord): Json<typeof passkeySchema> {
  return { id: name, domain, created_at: isoTime(createdAt), last_used_at: isoTime(lastUsedAt) };
}
