import { z } from 'zod';
import {
  collectOrphans,
  findOrphans,
  type Orphan,
  type Orphans,
} from '../../formation/nodes/collect-orphans.js';
import { answersWith, type Json } from '../http/answers.js';
import { forUsers } from '../endpoint/endpoint.js';
import { providerOf } from './providers.js';
import { ok } from '../endpoint/reply.js';

export const orphanSchema = z
  .object({
    kind: z.enum(['machine', 'security group', 'fixed address', 'volume']),
    cloud_id: z.string(),
    uuid: z.string().describe('Of the node that it was or was for; empty for what a layer shared.'),
    formation: z.string(),
    name: z.string(),
    state: z.string(),
    address: z.string().nullable(),
    failure: z.string().nullable().optional().describe('Absent: nothing was tried. Null: it is gone.'),
  })
  .meta({ id: 'Orphan' });

const orphans = z.object({
  results: z.array(orphanSchema),
  unseen: z
    .array(z.object({ place: z.string(), reason: z.string() }))
    .describe('Regions that the cloud did not let us look at, and what it said.'),
});

export const listOrphans = forUsers({
  summary:
    'List what this controller made behind a provider and what no node or layer has any more: ' +
    'machines, fixed addresses, volumes, security groups.',
  answers: answersWith(orphans),
  answer: async ({ parts, user, param }) => {
    const provider = await providerOf(parts, user, param('provider'));
    return ok(orphansJson(await findOrphans(parts, provider)));
  },
});

export const removeOrphans = forUsers({
  summary: 'Remove all of that, machines first.',
  answers: answersWith(orphans),
  answer: async ({ parts, user, param }) => {
    const provider = await providerOf(parts, user, param('provider'));
    return ok(orphansJson(await collectOrphans(parts, provider)));
  },
});

function orphansJson({ orphans: found, unseen }: Orphans): Json<typeof orphans> {
  return { results: found.map(orphanJson), unseen: [...unseen] };
}

function orphanJson({
  kind,
  cloudId,
  uuid,
  formation,
  name,
  state,
  address,
  failure,
}: Orphan): Json<typeof orphanSchema> {
  return {
    kind,
    cloud_id: cloudId,
    uuid,
    formation,
    name,
    state,
    address,
    ...(failure === undefined ? {} : { failure }),
  };
}
