import { z } from 'zod';
import { OperationKind } from '../../../../operation/operation-kind.js';

const params = z.object({
  /** Their ids. */
  containers: z.array(z.number()).default([]),
});

/** Ends containers that serve no new requests, outside the formation's order. */
export const retireKind = new OperationKind<z.infer<typeof params>>({
  name: 'retire',
  params,
  lane: 'retire',
  // Its containers serve nobody any more: it ends early, but it ends them.
  cancelInQueue: 'carry out',
});
