import { unlessAborted } from '../../../base/unless-aborted.js';
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

/** What is asked for one list: of so many builds, and for so long. */
const [maxAsked, listMs] = [50, 1000];

/**
 * Ids of those of these builds, newest first, that a list is to show as lost. For what is far down, and where the store
 * takes its time, it is as if they were there: who rolls back asks in full. @param withinMs how long it may take
 */
export async function lostAmong(
  { hasSlug }: Pick<Asking, 'hasSlug'>,
  builds: readonly BuildRecord[],
  withinMs = listMs,
): Promise<ReadonlySet<string>> {
  if (hasSlug === undefined) return new Set();
  const answers = new Map<string, Promise<boolean>>();
  // Builds have their runtimes in common.
  const askOnce = (path: string): Promise<boolean> => {
    const answer = answers.get(path) ?? hasSlug(path);
    answers.set(path, answer);
    return answer;
  };
  const lost = new Set<string>();
  const asked = builds.slice(0, maxAsked).map(async (build) => {
    if (await isLost({ hasSlug: askOnce }, build)) lost.add(build.id);
  });
  await unlessAborted(AbortSignal.timeout(withinMs), Promise.all(asked)).catch(() => undefined);
  return new Set(lost);
}

/** Whether the slug server lacks something of the build. */
export async function isLost({ hasSlug }: Pick<Asking, 'hasSlug'>, build: BuildRecord): Promise<boolean> {
  if (hasSlug === undefined || build.kind !== 'slug') return false;
  const paths = [build.slugPath, ...build.runtimes.map(({ path }) => path)];
  const found = await Promise.all(paths.map((path) => hasSlug(path).catch(() => true)));
  return found.includes(false);
}
