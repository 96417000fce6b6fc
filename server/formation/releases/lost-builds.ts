import type { BuildRecord } from '../../store/app/builds/build-store.js';
import type { FormationParts } from '../context/formation-parts.js';

type Asking = Pick<FormationParts, 'stores' | 'hasSlug'>;

/**
 * Ids of a formation's builds that are kept and of which the slug server lacks something all the same: what a backup
 * had lost, say. A store that does not answer tells of none.
 */
export async function lostBuilds(parts: Asking, formationId: number): Promise<ReadonlySet<string>> {
  if (parts.hasSlug === undefined) return new Set();
  const builds = await parts.stores.builds.ofFormation(formationId);
  const kept = builds.filter(({ collectedAt }) => collectedAt === null);
  const lost = await Promise.all(kept.map(async (build) => ((await isLost(parts, build)) ? [build.id] : [])));
  return new Set(lost.flat());
}

/** Whether the slug server lacks something of the build. */
export async function isLost({ hasSlug }: Pick<Asking, 'hasSlug'>, build: BuildRecord): Promise<boolean> {
  if (hasSlug === undefined || build.kind !== 'slug') return false;
  const paths = [build.slugPath, ...build.runtimes.map(({ path }) => path)];
  const found = await Promise.all(paths.map((path) => hasSlug(path).catch(() => true)));
  return found.includes(false);
}
