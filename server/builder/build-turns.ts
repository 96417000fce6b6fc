import pLimit from 'p-limit';

/**
 * Runs work when it is its turn, `atOnce` at a time; `onWait` is called when that is not now.
 * @throws the signal's reason as soon as it is aborted before the turn has come; from then on the work itself
 * heeds the signal
 */
export type TakeTurn = <T>(signal: AbortSignal, onWait: () => void, work: () => Promise<T>) => Promise<T>;

/** Turns for builds: more of them at once than this would only slow each other, and the controller, down. */
export function buildTurns(atOnce: number): TakeTurn {
  const limit = pLimit(atOnce);
  return (signal, onWait, work) =>
    new Promise((resolve, reject) => {
      if (limit.activeCount + limit.pendingCount >= atOnce) onWait();
      const giveUp = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', giveUp, { once: true });
      const begin = async () => {
        signal.removeEventListener('abort', giveUp);
        signal.throwIfAborted();
        return work();
      };
      limit(begin).then(resolve, reject);
    });
}
