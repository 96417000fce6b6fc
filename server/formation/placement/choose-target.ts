import type { FormationSnapshot, SnapshotRelease } from '../../store/app/formation-snapshot.js';
import { liveRelease } from '../databag/snapshot-view.js';

/**
 * The release that scaling deploys: the live one while it has containers, else the newest pending one (cut
 * while there was nowhere to run it), else the live one. Pending beside a live one that serves has a deploy
 * of its own in the queue. undefined when there is no release with a build.
 */
export function chooseTarget(
  snapshot: Pick<FormationSnapshot, 'formation' | 'releases' | 'containers'>,
): SnapshotRelease | undefined {
  const live = liveRelease(snapshot);
  const isServing = snapshot.containers.some(
    (container) => container.releaseId === live?.id && container.state === 'serving',
  );
  const pending = snapshot.releases.filter(
    (release) =>
      release.state === 'pending' && release.build !== null && release.version > (live?.version ?? 0),
  );
  return isServing ? live : (pending.at(-1) ?? live);
}
