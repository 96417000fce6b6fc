import type { Stores } from '../store/stores.js';
import { keptSeconds, resolutions } from './resolutions.js';

/** Takes away what is too old of all nodes: those that are gone write nothing any more, and clear nothing away. */
export async function removeOldMeasures({ measures }: Stores, now: Date): Promise<void> {
  const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
  for (const { seconds, keepSeconds } of resolutions)
    await measures.removeAllBefore(seconds, ago(keepSeconds + seconds));
  await measures.removeReadingsBefore(ago(keptSeconds));
}
