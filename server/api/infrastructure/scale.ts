import { z } from 'zod';
import { forFormation } from '../endpoint/endpoint.js';
import { operationAnswers } from '../replies/operation-json.js';
import { respondWithOperation } from '../replies/respond-with-operation.js';

/**
 * `{runtime: 2}`: whole numbers only, no text that looks like one. Which names exist and how high it may go
 * is the domain's to say.
 */
const counts = z
  .record(
    z.string(),
    z.int('must be a whole number').min(0, 'must not be negative').max(10_000, 'must be at most 10000'),
  )
  .refine((given) => Object.keys(given).length > 0, 'name at least one, like {"web": 2}');

export const scaleLayers = forFormation({
  may: 'infrastructure',
  ownNodes: 'has',
  summary: 'Launch or terminate nodes until each layer named has its count.',
  answers: operationAnswers,
  body: counts,
  audit: (given) => given,
  answer: async (call) =>
    respondWithOperation(call, await call.parts.formations.scaleLayers(call.user, call.formation, call.body)),
});

export const balanceContainers = forFormation({
  may: 'scale',
  summary:
    'Move containers until no node has two more than another, of each process type and of all together.',
  answers: operationAnswers,
  answer: async (call) =>
    respondWithOperation(call, await call.parts.formations.balance(call.user, call.formation)),
});

export const restartContainers = forFormation({
  may: 'deploy',
  summary: 'Make new containers of the live release: all, those of a process type, or one of them.',
  answers: operationAnswers,
  body: z
    .strictObject({
      type: z.string().describe('Process type; all of them when absent.'),
      num: z.int('must be a whole number').min(1, 'counts from 1'),
    })
    .partial()
    .refine(({ type, num }) => num === undefined || type !== undefined, {
      path: ['num'],
      error: 'a number needs the process type: {"type": "web", "num": 1}',
    }),
  answer: async (call) =>
    respondWithOperation(call, await call.parts.formations.restart(call.user, call.formation, call.body)),
});

export const scaleContainers = forFormation({
  may: 'scale',
  summary: 'Start or stop containers until each process type named has its count.',
  answers: operationAnswers,
  body: counts,
  audit: (given) => given,
  answer: async (call) =>
    respondWithOperation(
      call,
      await call.parts.formations.scaleContainers(call.user, call.formation, call.body),
    ),
});
