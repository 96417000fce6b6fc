import { onAbort } from './on-abort.js';

/**
 * Resolves or rejects as `work` does; after an abort rejects with the signal's reason, `graceMs` later at the
 * latest (at once without). Work that does not heed the signal is left behind, and its outcome ignored.
 */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>, graceMs = 0): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let release: (() => void) | undefined;
  const leftBehind = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    release = onAbort(signal, () => {
      if (graceMs === 0) giveUp();
      else timer = setTimeout(giveUp, graceMs);
    });
  });
  try {
    return await Promise.race([work, leftBehind]);
  } finally {
    release?.();
    clearTimeout(timer);
  }
}
