import { UserError } from '../../../../base/errors.js';

/**
 * Counts as in `{"web": 2}`. @throws UserError naming the entry that is negative, no whole number or beyond
 * `most`, or when there is none
 */
export function checkCounts(counts: Readonly<Record<string, number>>, most: number, what: string): void {
  const entries = Object.entries(counts);
  if (entries.length === 0) throw new UserError(`name at least one, like web=2`);
  for (const [name, count] of entries) {
    if (!Number.isInteger(count) || count < 0)
      throw new UserError(`${name} must be a whole number from 0 up, not ${String(count)}`, { field: name });
    if (count > most)
      throw new UserError(`${name} must be at most ${most} ${what}, not ${count}`, { field: name });
  }
}
