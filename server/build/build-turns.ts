import pLimit from 'p-limit';

/** Runs work when it is its turn, `atOnce` at a time; `onWait` is called when that is not now. */
export type TakeTurn = <T>(onWait: () => void, work: () => Promise<T>) => Promise<T>;

/** Turns for builds: more of them at once than this would only slow each other, and the controller, down. */
export function buildTurns(atOnce: number): TakeTurn {
  const limit = pLimit(atOnce);
  return (onWait, work) => {
    if (limit.activeCount + limit.pendingCount >= atOnce) onWait();
    return limit(work);
  };
}
