import { segmentNames, segmentNumber, segmentOf } from './log-position.js';
import type { KeptCluster } from './recovery-index.js';

/**
 * Whether a cluster wants a base backup now: its last one is old, of another timeline, or followed by a gap in the log.
 * @param everyMs between two of them
 */
export function isBaseDue(
  { bases, reaches, log }: Pick<KeptCluster, 'bases' | 'reaches' | 'log'>,
  { timeline, everyMs, now }: { readonly timeline: number; readonly everyMs: number; readonly now: Date },
): boolean {
  const newest = bases.at(-1);
  if (newest === undefined || newest.timeline !== timeline) return true;
  if (now.getTime() - newest.endedAt.getTime() >= everyMs) return true;
  const reach = reaches.find((each) => each.timeline === timeline);
  if (reach === undefined) return false;
  const needed = segmentNames(segmentOf(newest.startAt), segmentNumber(reach.segment)!, reach);
  return needed.some((name) => !log.has(name));
}
