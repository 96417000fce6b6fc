import { z } from 'zod';
import { answersPageOf } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery } from '../endpoint/page.js';

export const containerSchema = z
  .object({
    type: z.string(),
    num: z.int(),
    name: z.string().describe('`web.1`'),
    node: z.string().nullable(),
    port: z.int(),
    release: z.int().nullable(),
    state: z.string().describe('What is wanted: `starting`, `serving`, `retiring`, `removing`.'),
    seen: z
      .object({
        state: z.enum(['up', 'crashing', 'stopped', 'missing', 'unreachable']),
        restarts: z.int(),
        exit_code: z.int().nullable().describe('Of the last run that ended, so far as it was seen.'),
        out_of_memory: z.boolean(),
        since: z.string(),
        at: z.string(),
      })
      .nullable()
      .describe('What its node was last seen to do with it; null until the watch over nodes has looked.'),
  })
  .meta({ id: 'Container' });

/** By process type and number; of two beside each other during a deploy the older first. */
export const listContainers = forFormation({
  may: 'see',
  summary: 'List the containers by process type and number.',
  answers: answersPageOf(containerSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    return page(
      call,
      (request) => stores.containers.pageOfFormation(call.formation.id, request),
      async (shown) => {
        const nodes = await stores.nodes.names(shown.map(({ nodeId }) => nodeId));
        const releases = new Map(
          (await stores.releases.byIds(shown.map(({ releaseId }) => releaseId))).map((release) => [
            release.id,
            release.version,
          ]),
        );
        return ({ type, num, nodeId, port, releaseId, state, seen }) => ({
          type,
          num,
          name: `${type}.${num}`,
          node: nodes.get(nodeId) ?? null,
          port,
          release: releases.get(releaseId) ?? null,
          state,
          seen: seen && {
            state: seen.state,
            restarts: seen.restarts,
            exit_code: seen.exitCode,
            out_of_memory: seen.outOfMemory,
            since: seen.since,
            at: seen.at,
          },
        });
      },
    );
  },
});
