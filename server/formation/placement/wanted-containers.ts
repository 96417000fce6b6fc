import type { Scale } from '../../store/formation-store.js';

/**
 * How many containers of each process type must run: the formation's scale, for the types that the build's
 * Procfile has. Sorted by type; types with none are left out.
 */
export function wantedContainers(
  scale: Scale,
  build: { readonly procfile: Readonly<Record<string, string>> } | null,
): ReadonlyMap<string, number> {
  const types = Object.keys(build?.procfile ?? {}).sort();
  return new Map(
    types
      .map((type): [string, number] => [type, Object.hasOwn(scale, type) ? scale[type]! : 0])
      .filter(([, count]) => count > 0),
  );
}
