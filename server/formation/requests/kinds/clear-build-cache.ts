import { z } from 'zod';
import { OperationKind } from '../../../operation/operation-kind.js';

/** Removes what a formation's builds keep for the next one, in its turn among them. */
export const clearBuildCacheKind = new OperationKind({ name: 'clear-build-cache', params: z.object({}) });
