import { z } from 'zod';
import { OperationKind } from '../../../../operation/operation-kind.js';

const params = z.object({
  /** Names of the nodes that have gone silent, or answer again. */
  nodes: z.array(z.string()).default([]),
});

/** Moves containers away from lost nodes, and back to those that have returned. */
export const rescheduleKind = new OperationKind<z.infer<typeof params>>({ name: 'reschedule', params });
