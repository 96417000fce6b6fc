import { z } from 'zod';
import { OperationKind } from '../../../../operation/operation-kind.js';
import { undoSchema } from '../../undo-record.js';

const params = z.object({
  /** By process type. */
  counts: z.record(z.string(), z.number()).optional(),
  /** Name of the node that its containers leave. */
  drain: z.string().optional(),
  undo: undoSchema,
});

export type ScaleContainersParams = z.infer<typeof params>;

/** Makes the containers what the scale says. A newer one brings about what an older one only counts. */
export const scaleContainersKind = new OperationKind<ScaleContainersParams>({
  name: 'scale-containers',
  params,
  withdrawnWhen: 'failed',
  supersedes: (newer, older) => newer.counts !== undefined && older.counts !== undefined,
});
