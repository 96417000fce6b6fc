import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';

/**
 * Builds that must be kept: of the live release, of pending ones, of releases whose containers run, and the
 * `keep` others that were good most lately.
 */
export function keptBuilds(
  releases: readonly ReleaseRecord[],
  liveReleaseId: number | null,
  running: ReadonlySet<number>,
  keep: number,
): Set<string> {
  const buildsOf = (some: readonly ReleaseRecord[]): Set<string> =>
    new Set(some.map(({ buildId }) => buildId).filter((id) => id !== null));
  const needed = buildsOf(
    releases.filter(
      (release) => release.id === liveReleaseId || release.state === 'pending' || running.has(release.id),
    ),
  );
  const good = buildsOf(
    releases.filter(({ liveAt }) => liveAt !== null).sort((a, b) => b.version - a.version),
  );
  const live = buildsOf(releases.filter(({ id }) => id === liveReleaseId));
  return new Set([...needed, ...[...good].filter((id) => !live.has(id)).slice(0, keep)]);
}

/**
 * Marks the builds that no release needs any more, formation by formation, each under its lock: a rollback
 * that is asked for meanwhile either finds its build or is refused. Builds without a release stay while their
 * push is under way.
 */
export async function collectBuilds(stores: Stores, keep: number): Promise<void> {
  for (const { id } of await stores.formations.list()) {
    await stores.withFormationLock(id, async (inside) => {
      const formation = await inside.formations.byId(id);
      if (formation === undefined) return;
      const releases = await inside.releases.ofFormation(id);
      const running = new Set((await inside.containers.ofFormation(id)).map(({ releaseId }) => releaseId));
      const kept = keptBuilds(releases, formation.liveReleaseId, running, keep);
      const released = new Set(releases.map(({ buildId }) => buildId));
      const gone = (await inside.builds.ofFormation(id)).filter(
        (build) => build.collectedAt === null && !kept.has(build.id),
      );
      const underWay = new Set<string>();
      for (const build of gone)
        if (!released.has(build.id) && (await isUnderWay(inside, build.id))) underWay.add(build.id);
      const unneeded = gone.map((build) => build.id).filter((build) => !underWay.has(build));
      if (unneeded.length > 0) await inside.builds.markCollected(unneeded);
    });
  }
}

/** Whether the push that made the build, and has its id, may still cut a release of it. */
async function isUnderWay(stores: Stores, buildId: string): Promise<boolean> {
  return (await stores.operations.byId(buildId))?.finishedAt === null;
}
