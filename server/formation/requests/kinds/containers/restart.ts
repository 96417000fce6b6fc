import { z } from 'zod';
import { OperationKind } from '../../../../operation/operation-kind.js';

const params = z.object({
  /** Default: all process types. */
  type: z.string().optional(),
  /** Default: all containers of the type. */
  num: z.number().optional(),
  /** Containers with a greater id run anew already. */
  through: z.number().default(0),
});

/** Which containers a restart replaces. */
export type RestartParams = z.infer<typeof params>;

/** Puts new containers in the place of those chosen. */
export const restartKind = new OperationKind<RestartParams>({ name: 'restart', params });
