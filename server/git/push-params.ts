import { z } from 'zod';
import type { OperationRecord } from '../store/operation-store.js';

/** Kind of the operation that a push makes. */
export const pushKind = 'push';

const objectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const schema = z.object({ commit: objectId, ref: z.string(), old: objectId });

/** What a `push` operation carries out. `old`: where the pusher saw the ref, zeros when it was not there. */
export type PushParams = z.infer<typeof schema>;

/** The parameters of a `push` operation. */
export function pushParams(operation: Pick<OperationRecord, 'params'>): PushParams {
  return schema.parse(operation.params);
}
