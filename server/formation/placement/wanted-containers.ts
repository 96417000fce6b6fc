import type { Scale } from '../../store/app/formation-store.js';
import { processTypes } from '../databag/process-types.js';

/**
 * How many containers of each process type must run: the formation's scale, for the types that the build's
 * Procfile has, but for its release phase. Sorted by type; types with none are left out.
 */
export function wantedContainers(
  scale: Scale,
  build: { readonly procfile: Readonly<Record<string, string>> } | null,
): ReadonlyMap<string, number> {
  return new Map(
    processTypes(build?.procfile)
      .map((type): [string, number] => [type, Object.hasOwn(scale, type) ? scale[type]! : 0])
      .filter(([, count]) => count > 0),
  );
}
