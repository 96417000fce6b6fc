import pLimit from 'p-limit';
import { onAbort } from '../../base/on-abort.js';
import { unlessAborted } from '../../base/unless-aborted.js';

/**
 * Runs work when it is its turn, `atOnce` at a time; `onWait` is called when that is not now.
 * @throws the signal's reason as soon as it is aborted before the turn has come; from then on the work itself
 * heeds the signal, and is left behind, its turn over, when it takes too long for that
 */
export type TakeTurn = <T>(signal: AbortSignal, onWait: () => void, work: () => Promise<T>) => Promise<T>;

/** How long work may take to end after its signal was aborted. */
const graceMs = 800;

/** Turns for builds: more of them at once than this would only slow each other, and the controller, down. */
export function buildTurns(atOnce: number): TakeTurn {
  const limit = pLimit(atOnce);
  return (signal, onWait, work) =>
    new Promise((resolve, reject) => {
      if (limit.activeCount + limit.pendingCount >= atOnce) onWait();
      const release = onAbort(signal, () => reject(signal.reason as Error));
      const begin = async () => {
        release();
        signal.throwIfAborted();
        return unlessAborted(signal, work(), graceMs);
      };
      limit(begin).then(resolve, reject);
    });
}
