import type { SnapshotRelease } from '../../store/formation-snapshot.js';
import { deadlines } from '../context/deadlines.js';

/**
 * Milliseconds that containers of a release may take to start and become healthy. @param healthSeconds of
 * types whose check says no other
 */
export function startDeadline({ health }: Pick<SnapshotRelease, 'health'>, healthSeconds: number): number {
  const longest = Math.max(
    healthSeconds,
    ...Object.values(health).map(({ deadlineSeconds = 0 }) => deadlineSeconds),
  );
  return deadlines.start + longest * 1000;
}
