import { waitUntil } from '../../base/wait-until.js';
import { isDatabaseAnswer } from '../store/database-loss.js';

const retryMs = 250;

/**
 * Repeats a write that failed because the database restarts or cannot be reached, for `patienceMs` at most.
 */
export async function whileDatabaseIsAway<T>(write: () => Promise<T>, patienceMs: number): Promise<T> {
  const attempt = async (): Promise<{ value: T } | undefined> => {
    try {
      return { value: await write() };
    } catch (error) {
      if (isDatabaseAnswer(error)) throw error;
      return undefined;
    }
  };
  const done = await waitUntil(attempt, {
    deadlineMs: patienceMs,
    intervalMs: retryMs,
    what: 'the database',
  });
  return done.value;
}
