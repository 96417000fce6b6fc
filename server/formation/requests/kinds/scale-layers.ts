import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';
import { undoSchema } from '../undo-record.js';

const params = z.object({
  /** Numbers of nodes by layer name. */
  counts: z.record(z.string(), z.number()).optional(),
  /** Name of the node that gets a replacement, and what the node was before. */
  replace: z.string().optional(),
  was: z.enum(['ready', 'lost']).catch('ready'),
  /** Name of the node that goes. */
  destroy: z.string().optional(),
  /** It goes though guests cannot leave it: it has stayed for that before, and its name was given again. */
  regardless: z.boolean().optional(),
  /** Address of the host that becomes a node. */
  adopt: z.string().optional(),
  undo: undoSchema,
});

/** Makes the nodes what the layers' counts say. A newer one brings about what an older one only counts. */
export const scaleLayersKind = new OperationKind<z.infer<typeof params>>({
  name: 'scale-layers',
  params,
  withdrawnWhen: 'cancelled',
  supersedes: (newer, older) => newer.counts !== undefined && older.counts !== undefined,
});
