import type { SnapshotRelease } from '../../store/app/formation-snapshot.js';
import { waits } from '../context/deadlines.js';

/**
 * Milliseconds that containers of a release may take to start and become healthy; the step takes longer.
 * @param healthSeconds of types whose check says no other
 */
export function startDeadline({ health }: Pick<SnapshotRelease, 'health'>, healthSeconds: number): number {
  const longest = Math.max(
    healthSeconds,
    ...Object.values(health).map(({ deadlineSeconds = 0 }) => deadlineSeconds),
  );
  return waits.start + longest * 1000;
}
