import { z } from 'zod';
import { waitForOperation } from '../../operation/wait-for-operation.js';
import { forFormation } from '../endpoint/endpoint.js';
import { operationAnswers } from '../replies/operation-json.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { untilClosed } from '../http/abort-on-close.js';
import { hostOf } from './hosts.js';

export const moveFormation = forFormation({
  may: 'network',
  summary:
    'Move a formation that lives on the nodes of another to those of a third or to its own, without a failed ' +
    'request; ' +
    'with `finish` take what that has left off its former host.',
  answers: operationAnswers,
  body: z
    .strictObject({
      on: z
        .string()
        .describe(
          'A formation of `GET /api/hosts`, on whose nodes it is to live. The proxies of its former host then pass ' +
            "on what still reaches them. The operation's result has `on`, `passed_on_by`, `names` (to be pointed " +
            'elsewhere in the DNS), `addresses` (where to) and `containers` that serve.',
        ),
      off: z
        .literal(true)
        .describe(
          'To nodes of its own: layers that it has beside its host, with a proxy and a runtime node that are ready. ' +
            'Its host passes on as above, and `on` of the result is null.',
        ),
      finish: z
        .literal(true)
        .describe(
          'Once no name leads to its former host any more, or after a move that has left something: what is there of ' +
            'it goes.',
        ),
    })
    .partial()
    .refine(
      (said) => Object.values(said).filter((each) => each !== undefined).length === 1,
      'name where to, {"on": "platform"} or {"off": true}, or {"finish": true}',
    ),
  audit: (said) => said,
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    const operation =
      body.finish === true
        ? await parts.formations.finishMove(user, formation)
        : await parts.formations.moveFormation(
            user,
            formation,
            body.on === undefined ? null : await hostOf(parts, user, body.on),
          );
    return respondWithOperation(call, operation);
  },
});

const finishedSchema = z.object({
  guest: z.string(),
  has_left: z.boolean().describe('Nothing of it is here any more, and nothing is passed on.'),
  error: z.string().nullable().describe('Why something is left; null where nothing is, or it goes on.'),
});

export const finishGuest = forFormation({
  may: 'network',
  summary:
    'Stop passing on to a formation that has moved to the nodes of another, and take off what is left of it here, ' +
    'whether its own people are done or not: names that still lead here get what this answers to unknown ones.',
  answers: {
    200: {
      description: 'It has ended.',
      content: { type: 'application/json', schema: finishedSchema },
    },
    202: {
      description: 'It goes on after 25 s.',
      content: { type: 'application/json', schema: finishedSchema },
    },
  },
  body: z.strictObject({ guest: z.string().describe('A formation that has lived on its nodes.') }),
  audit: ({ guest }) => ({ guest }),
  answer: async ({ parts, user, response, formation, body: { guest } }) => {
    const { id } = await parts.formations.finishMoveFrom(user, formation, guest);
    const { operations, formations } = parts.stores;
    const source = { operations, listener: parts.listener };
    // Of another formation: who asks need not be a member of it, and is told what concerns this one.
    const ended = await waitForOperation(source, id, parts.waitMs, untilClosed(response));
    const hasLeft = (await formations.presentOn(formation.id)).every(({ name }) => name !== guest);
    const isOver = ended.finishedAt !== null;
    const error = isOver && !hasLeft ? (ended.error?.message ?? `the operation was ${ended.state}`) : null;
    return { status: isOver ? 200 : 202, body: { guest, has_left: hasLeft, error } };
  },
});
