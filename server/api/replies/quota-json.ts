import { z } from 'zod';
import type { Quota } from '../../store/app/quota.js';
import type { Json } from '../http/answers.js';

export const quotaSchema = z
  .object({
    containers: z.int().nullable(),
    memory: z.int().nullable().describe('Bytes, of all containers together.'),
    cpus: z.number().nullable().describe('Cores, of all containers together.'),
    disk: z
      .int()
      .nullable()
      .describe('Bytes of the slug or image, once for each container; what containers write does not count.'),
  })
  .describe('What a formation may use on the nodes of another; null: as much as there is.')
  .meta({ id: 'Quota' });

/** A quota as the API writes it. */
export function quotaJson({ containers, memory, cpus, disk }: Quota): Json<typeof quotaSchema> {
  return {
    containers: containers ?? null,
    memory: memory ?? null,
    cpus: cpus ?? null,
    disk: disk ?? null,
  };
}
