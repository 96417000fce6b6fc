import { z } from 'zod';
import { newestUsage, type Usage } from '../../measures/newest-usage.js';
import { answersPageOf } from '../http/answers.js';
import { forFormation } from '../endpoint/endpoint.js';
import { page, pageQuery } from '../endpoint/page.js';
import { isoTime } from '../http/time.js';

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
    usage: z
      .object({
        cpu: z.number().describe('Cores, on average since its node was read before.'),
        memory: z.int().describe('Bytes in use.'),
        memory_limit: z.int().nullable().describe('Bytes; null: as much as the node has.'),
        at: z.string(),
      })
      .nullable()
      .describe(
        'What it used when its node was read last, at most five minutes ago; null where it was not since.',
      ),
  })
  .meta({ id: 'Container' });

/** By process type and number; of two beside each other during a deploy the older first. */
export const listContainers = forFormation({
  may: 'see',
  summary: 'List the containers by process type and number.',
  answers: answersPageOf(containerSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores, now } = call.parts;
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
        const usageOf = await newestUsage(stores, call.formation.id, now());
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
          usage: usageShown(usageOf({ node: nodes.get(nodeId) ?? null, process: `${type}.${num}`, port })),
        });
      },
    );
  },
});

function usageShown(usage: Usage | null): z.infer<typeof containerSchema>['usage'] {
  if (usage === null) return null;
  const { cpu, memory, memoryLimit, at } = usage;
  return { cpu, memory, memory_limit: memoryLimit, at: isoTime(at) };
}
