import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

/** Makes every node what the databag says. */
export const convergeKind = new OperationKind({ name: 'converge', params: z.object({}) });
