/** The pause after the first of several failures; each further one doubles it. */
const firstRetryMs = 30_000;
/** So much of a pause is left to chance, so that jobs of one period do not all start together. */
const jitter = 0.1;

/**
 * Milliseconds until the next run: after a success the period, after failures 30 s, 60 s and so on, never longer
 * than the period. Up to a tenth is taken off. @param random from 0 to 1
 */
export function pauseAfter(everyMs: number, failures: number, random: number): number {
  const backoffMs = failures === 0 ? everyMs : firstRetryMs * 2 ** (failures - 1);
  return Math.round(Math.min(everyMs, backoffMs) * (1 - jitter * random));
}
