import type { OperationHandler } from '../operation/operation-context.js';
import { clearBuildCacheKind } from '../formation/requests/kinds/clear-build-cache.js';
import type { BuildCaches } from './containers/build-caches.js';

/** Longer than removing hundreds of thousands of files takes. */
const deadlineMs = 300_000;

/**
 * Carries out `clear-build-cache` operations: the formation's operations run one after the other, so that no
 * build of it writes meanwhile.
 */
export function clearBuildCache(caches: readonly Pick<BuildCaches, 'clear'>[]): OperationHandler {
  return async (context) => {
    clearBuildCacheKind.read(context.operation);
    const { formationName } = context.operation;
    const freed = await context.step('clear', deadlineMs, () =>
      Promise.all(caches.map((each) => each.clear(formationName))),
    );
    return { bytes: freed.reduce((sum, each) => sum + each, 0) };
  };
}
