import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';
import { undoSchema } from '../undo-record.js';

const params = z.object({
  /** Its name. */
  node: z.string().default(''),
  /** Whether it reboots where what was upgraded needs that. */
  reboot: z.boolean().default(false),
  /** Whether it took containers before, and shall afterwards. */
  was: z.enum(['open', 'cordoned', 'drained']).default('open'),
  undo: undoSchema,
});

export type UpgradeNodeParams = z.infer<typeof params>;

/** Brings the packages of a node's system up to date. What fails half done leaves the node drained. */
export const upgradeNodeKind = new OperationKind<UpgradeNodeParams>({
  name: 'upgrade-node',
  params,
  withdrawnWhen: 'cancelled',
});
