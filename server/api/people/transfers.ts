import { z } from 'zod';
import { NotFound } from '../../../base/errors.js';
import { acceptTransfer, endTransfer, offerTransfer } from '../../formation/sharing/transfer-formation.js';
import type { TransferRecord } from '../../store/people/transfer-store.js';
import {
  type Json,
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
} from '../http/answers.js';
import { forFormation, forUsers } from '../endpoint/endpoint.js';
import type { UserCall } from '../endpoint/endpoint-call.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';
import { userNamed } from '../endpoint/named/user-named.js';

export const transferSchema = z
  .object({
    formation: z.string(),
    from: z.string().describe('The owner, who offers it.'),
    to: z.string().describe('Who may accept it.'),
    created_at: moment,
    expires_at: moment,
  })
  .meta({ id: 'Transfer' });

export const offerFormation = forFormation({
  may: 'transfer',
  summary:
    'Offer the formation to another user, who may accept it within seven days and own it; you stay as an admin.',
  answers: answersCreated(transferSchema),
  body: z.strictObject({ username: z.string() }),
  audit: ({ username }) => ({ username }),
  answer: async ({ parts, formation, user, body }) => {
    const heir = await userNamed(parts, user, body.username);
    const transfer = await offerTransfer(parts.stores, { formation, giver: user, heir }, parts.now());
    return created(transferJson(transfer), '/api/transfers');
  },
});

export const withdrawTransfer = forFormation({
  may: 'transfer',
  summary: 'Take an offer of the formation back.',
  answers: answersNothing,
  answer: async ({ parts, formation }) => {
    const transfer = await parts.stores.transfers.ofFormation(formation.id, parts.now());
    if (transfer === undefined) throw new NotFound(`${formation.name} is not offered to anyone`);
    await endTransfer(parts.stores, transfer, parts.now());
    return noContent;
  },
});

export const listTransfers = forUsers({
  summary: 'List the formations that you are offered, and those that you offer.',
  answers: answersPageOf(transferSchema),
  query: pageQuery,
  answer: async (call) => {
    const { parts, user } = call;
    return plainPage(
      call,
      (request) => parts.stores.transfers.pageOfUser(user.id, parts.now(), request),
      transferJson,
    );
  },
});

/** The giver keeps a role, and no flavor of the heir is used by it. */
export const acceptFormation = forUsers({
  summary: 'Become the owner of a formation that you are offered.',
  answers: answersWith(
    z.object({
      id: z.string(),
      owner: z.string(),
      was_default_host: z
        .boolean()
        .describe('It was a default host, and is none any more: you are no admin of the platform.'),
    }),
  ),
  concerns: concernsOffered,
  answer: async (call) => {
    const transfer = await offered(call);
    const wasDefault = await acceptTransfer(call.parts.stores, transfer, call.parts.now());
    return ok({ id: transfer.formation, owner: transfer.to, was_default_host: wasDefault });
  },
});

export const declineFormation = forUsers({
  summary: 'Decline a formation that you are offered.',
  answers: answersNothing,
  concerns: concernsOffered,
  answer: async (call) => {
    await endTransfer(call.parts.stores, await offered(call), call.parts.now());
    return noContent;
  },
});

type OfferedCall = Pick<UserCall<unknown, unknown>, 'parts' | 'user' | 'param'>;

async function concernsOffered(call: OfferedCall) {
  const { formationId, formation } = await offered(call);
  return { id: formationId, name: formation };
}

/** The open offer that the path names. @throws NotFound, the same whether there is such a formation or not */
async function offered({ parts, user, param }: OfferedCall): Promise<TransferRecord> {
  const name = param('transfer');
  const transfer = isStorable(name)
    ? await parts.stores.transfers.toUser(user.id, name, parts.now())
    : undefined;
  if (transfer === undefined) throw new NotFound(`no one offers you ${JSON.stringify(name)}`);
  return transfer;
}

function transferJson({
  formation,
  from,
  to,
  createdAt,
  expiresAt,
}: TransferRecord): Json<typeof transferSchema> {
  return { formation, from, to, created_at: isoTime(createdAt), expires_at: isoTime(expiresAt) };
}
