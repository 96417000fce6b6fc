import type { FormationParts } from '../context/formation-parts.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { OperationRecord } from '../../store/operations/operation-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { enqueueOperation } from './enqueue-operation.js';
import { clearBuildCacheKind } from './kinds/clear-build-cache.js';

/** Queues the removal of what builds keep for the next one: a build under way ends first. */
export async function clearBuildCache(
  parts: FormationParts,
  user: UserRecord,
  formation: FormationRecord,
): Promise<OperationRecord> {
  return enqueueOperation(parts, { actor: { userId: user.id }, formation, kind: clearBuildCacheKind });
}
