import { z } from 'zod';
import { collectOrphans, findOrphans, type Orphan } from '../formation/nodes/collect-orphans.js';
import { answersWith, type Json } from './http/answers.js';
import { forUsers } from './endpoint/endpoint.js';
import { providerOf } from './providers.js';
import { ok } from './endpoint/reply.js';

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

const orphans = z.object({ results: z.array(orphanSchema) });

export const listOrphans = forUsers({
  summary:
    'List what this controller made behind a provider and what no node or layer has any more: ' +
    'machines, fixed addresses, volumes, security groups.',
  answers: answersWith(orphans),
  answer: async ({ parts, user, param }) => {
    const provider = await providerOf(parts, user, param('provider'));
    return ok({ results: (await findOrphans(parts, provider)).map(orphanJson) });
  },
});

export const removeOrphans = forUsers({
  summary: 'Remove all of that, machines first.',
  answers: answersWith(orphans),
  answer: async ({ parts, user, param }) => {
    const provider = await providerOf(parts, user, param('provider'));
    return ok({ results: (await collectOrphans(parts, provider)).map(orphanJson) });
  },
});

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
