import { z } from 'zod';
import { forFormation } from '../endpoint/endpoint.js';
import { operationAnswers } from '../replies/operation-json.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { hostOf } from './hosts.js';

export const moveFormation = forFormation({
  may: 'network',
  summary:
    'Move a formation that lives on the nodes of another to those of a third, without a failed request; ' +
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
      finish: z
        .literal(true)
        .describe(
          'Once no name leads to its former host any more, or after a move that has left something: what is there of ' +
            'it goes.',
        ),
    })
    .partial()
    .refine(
      ({ on, finish }) => (on === undefined) !== (finish === undefined),
      'name where to, {"on": "platform"}, or {"finish": true}',
    ),
  audit: ({ on, finish }) => (on === undefined ? { finish } : { on }),
  answer: async (call) => {
    const { parts, user, formation, body } = call;
    const operation =
      body.on === undefined
        ? await parts.formations.finishMove(user, formation)
        : await parts.formations.moveFormation(user, formation, await hostOf(parts, user, body.on));
    return respondWithOperation(call, operation);
  },
});
