import { z } from 'zod';
import { UserError } from '../../../base/errors.js';
import { answersEvents, answersWith } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { StreamLimit } from '../endpoint/stream-limit.js';
import { layerOf } from './layers.js';
import { nodeSchema, writeNode } from './nodes.js';
import { operationAnswers } from '../replies/operation-json.js';
import { ok } from '../endpoint/reply.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';
import { streamRun } from '../replies/stream-run.js';
import { untilClosed } from '../http/abort-on-close.js';

const address = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$/, 'must be an address or a host name');
const hostKey = z.string().trim().max(4096);
const shownKeySchema = z
  .object({
    host_key: z.string().describe('OpenSSH form.'),
    fingerprint: z.string().describe('`SHA256:...`, as ssh-keygen prints it.'),
  })
  .meta({ id: 'HostKey' });

export const showHostKey = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  // The controller dials out.
  changes: true,
  summary: 'Show the SSH host key of a host that may become a node, for the operator to compare.',
  answers: answersWith(shownKeySchema),
  query: z.strictObject({ address, layer: z.string() }),
  answer: async ({ parts, response, formation, query }) => {
    const layer = await layerOf(parts.stores, formation, query.layer);
    const { publicKey, fingerprint } = await parts.formations.nodes.showHostKey(
      layer,
      query.address,
      untilClosed(response),
    );
    return ok({ host_key: publicKey, fingerprint });
  },
});

export const createNode = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary: 'Adopt a host that exists already as a node of a layer: it is looked at first, then converged.',
  answers: operationAnswers,
  body: z.strictObject({
    address,
    private_address: address.optional(),
    layer: z.string(),
    host_key: hostKey,
  }),
  answer: async (call) => {
    const { parts, user, formation, body, response } = call;
    const layer = await layerOf(parts.stores, formation, body.layer);
    const request = {
      layer,
      address: body.address,
      privateAddress: body.private_address,
      hostKey: body.host_key,
    };
    return respondWithOperation(
      call,
      await parts.formations.nodes.adopt(user, formation, request, untilClosed(response)),
    );
  },
});

export const destroyNode = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary:
    'Take one node out of its layer: its containers move elsewhere, then it is terminated; an adopted ' +
    'host is cleared unless `keep` is true. A node of a custom layer, or of a run list with recipes of others, ' +
    'may hold data: `confirm` is its name again, and `purge_data` says that the data goes. One that has stayed, ' +
    'because a formation on it could not move, goes with `confirm` all the same.',
  answers: operationAnswers,
  query: z.strictObject({
    keep: z.enum(['true', 'false']).default('false'),
    confirm: z.string().max(100).optional(),
    purge_data: z.enum(['true', 'false']).default('false'),
  }),
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.nodes.destroy(call.user, call.formation, call.param('node'), {
        keep: call.query.keep === 'true',
        confirm: call.query.confirm,
        purgeData: call.query.purge_data === 'true',
      }),
    ),
});

export const replaceNode = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary: 'Launch a new node in the place of one, which goes when the new one serves.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.nodes.replace(call.user, call.formation, call.param('node')),
    ),
});

export const upgradeNode = forFormation({
  may: 'infrastructure',
  summary:
    "Bring the packages of a node's system up to date. A runtime node is drained before, and takes containers again " +
    'afterwards as it did.',
  answers: operationAnswers,
  body: z.strictObject({
    reboot: z
      .boolean()
      .default(false)
      .describe('Whether it reboots where what was upgraded needs that; otherwise that is said.'),
  }),
  audit: ({ reboot }) => ({ reboot }),
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.nodes.upgrade(call.user, call.formation, call.param('node'), call.body),
    ),
});

export const drainNode = forFormation({
  may: 'infrastructure',
  summary:
    "Move a runtime node's containers elsewhere and give it no new ones. Fails where a formation on it cannot move: " +
    'it is drained but for that one then.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.nodes.drain(call.user, call.formation, call.param('node')),
    ),
});

export const cordonNode = scheduling(
  'cordoned',
  'Give a runtime node no new containers; those that it runs stay.',
);
export const uncordonNode = scheduling('open', 'Let a runtime node take new containers again.');

function scheduling(wanted: 'open' | 'cordoned', summary: string) {
  return forFormation({
    may: 'infrastructure',
    summary,
    answers: answersWith(nodeSchema),
    answer: async ({ parts, formation, param }) => {
      const node = await parts.formations.nodes.schedule(formation, param('node'), wanted);
      return ok(await writeNode(parts, node));
    },
  });
}

export const showNodeKey = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  // The controller dials out.
  changes: true,
  summary: 'Show the SSH host key that a node answers with now, pinned or not.',
  answers: answersWith(shownKeySchema),
  answer: async ({ parts, response, formation, param }) => {
    const { publicKey, fingerprint } = await parts.formations.nodes.showKey(
      formation,
      param('node'),
      untilClosed(response),
    );
    return ok({ host_key: publicKey, fingerprint });
  },
});

export const trustNode = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary: 'Pin a host key that the operator has confirmed, in place of the old one.',
  answers: answersWith(nodeSchema),
  body: z.strictObject({ host_key: hostKey }),
  answer: async ({ parts, formation, param, body }) => {
    const node = await parts.formations.nodes.trust(formation, param('node'), body.host_key);
    return ok(await writeNode(parts, node));
  },
});

const maxOfUser = 10;
const maxOfFormation = 50;
const commands = new StreamLimit({
  ofUser: maxOfUser,
  ofFormation: maxOfFormation,
  tooManyOfUser: `you run ${maxOfUser} commands on nodes already: end one of them first`,
  tooManyOfFormation: `${maxOfFormation} commands run on the nodes of this formation already: try again later`,
});

export const runOnNode = forFormation({
  may: 'infrastructure',
  summary: 'Run a shell command on a node itself, as the user that SSH enters as.',
  answers: answersEvents(
    '`output` ({stream, text}; {stream, base64} of bytes that are no text) as it comes, ' +
      'at last `exit` ({code}) or `error` (a problem).',
  ),
  body: z.strictObject({
    command: z
      .string()
      .trim()
      .min(1, 'must not be empty')
      .max(64 * 1024),
  }),
  answer: async ({ parts, request, response, lost, user, formation, param, body }) => {
    if (body.command.includes('\0'))
      throw new UserError('command: must not hold a NUL', { field: 'command' });
    const leave = commands.enter(user.id, formation.id);
    try {
      return await streamRun({ request, response, lost }, (onOutput, signal) =>
        parts.formations.nodes.run(formation, param('node'), body.command, onOutput, signal),
      );
    } finally {
      leave();
    }
  },
});
