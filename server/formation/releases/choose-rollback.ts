import { Conflict, UnknownName } from '../../../base/errors.js';
import type { ReleaseRecord } from '../../store/app/release-store.js';

/** Why a build cannot be gone back to: it is no longer kept, or its slug is gone though it should be kept. */
export type GoneBuild = 'collected' | 'lost';

const texts = {
  collected: (version: number) => `v${version} is no longer kept: push its commit again`,
  lost: (version: number) => `the slug of v${version} is lost: push its commit again`,
} as const;

/** What is said of a release of such a build. */
export function goneText(version: number, gone: GoneBuild): string {
  return texts[gone](version);
}

/**
 * Whether a release can be rolled back to: it has a build and once was live. Its slug must be there still:
 * `gone` says of which builds it is not.
 */
export function canRollBackTo(release: Pick<ReleaseRecord, 'buildId' | 'liveAt'>): boolean {
  return release.buildId !== null && release.liveAt !== null;
}

/**
 * The release to restore: the asked-for version, or the last good one before the live one.
 * @param gone by the build's id @throws UnknownName for a version that there is not, Conflict when there is none to
 * restore, or it has no build, never was live, is live now, or its slug is gone; nothing has changed then
 */
export function chooseRollback(
  releases: readonly ReleaseRecord[],
  liveReleaseId: number | null,
  version?: number,
  gone: ReadonlyMap<string, GoneBuild> = new Map(),
): ReleaseRecord {
  const live = releases.find((release) => release.id === liveReleaseId);
  const possible = releases
    .filter(
      (release) => canRollBackTo(release) && !gone.has(release.buildId!) && release.id !== liveReleaseId,
    )
    .sort((a, b) => b.version - a.version);
  const choice =
    possible.length === 0
      ? 'there is no other release that was live'
      : `possible are ${possible.map((release) => `v${release.version}`).join(', ')}`;
  const refuse = (why: string): never => {
    throw new Conflict(`${why}: ${choice}`);
  };
  if (version === undefined)
    return (
      possible.find((release) => release.version < (live?.version ?? 0)) ??
      refuse('there is nothing to roll back to')
    );
  const chosen = releases.find((release) => release.version === version);
  if (chosen === undefined)
    throw new UnknownName(`there is no release v${version}: ${choice}`, { field: 'release' });
  if (chosen.id === liveReleaseId) return refuse(`v${version} is live already`);
  if (chosen.buildId === null) return refuse(`v${version} has no build`);
  if (chosen.liveAt === null) return refuse(`v${version} never went live`);
  const reason = gone.get(chosen.buildId);
  return reason === undefined ? chosen : refuse(goneText(version, reason));
}
