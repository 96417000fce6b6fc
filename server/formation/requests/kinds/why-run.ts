import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

/** Looks at what a converge would change. */
export const whyRunKind = new OperationKind({ name: 'why-run', params: z.object({}) });
