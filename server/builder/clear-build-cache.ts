import type { OperationHandler } from '../operation/operation-context.js';
import { clearBuildCacheKind } from '../formation/requests/kinds/clear-build-cache.js';
import type { BuildCaches } from './containers/build-caches.js';

/** Longer than removing hundreds of thousands of files takes. */
const deadlineMs = 300_000;

/**
 * Carries out `clear-build-cache` operations: the formation's operations run one after the other, so that no
 * build of it writes meanwhile.
 */
export function clearBuildCache(caches: Pick<BuildCaches, 'clear'>): OperationHandler {
  return async (context) => {
    clearBuildCacheKind.read(context.operation);
    const bytes = await context.step('clear', deadlineMs, () =>
      caches.clear(context.operation.formationName),
    );
    return { bytes };
  };
}
