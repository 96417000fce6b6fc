import { z } from 'zod';
import { OperationKind } from '../../../../operation/operation-kind.js';

/** Evens the containers out over the nodes. */
export const balanceKind = new OperationKind({ name: 'balance', params: z.object({}) });
