import { waitUntil } from '../../base/wait-until.js';

const retryMs = 250;

/**
 * Repeats a write that failed because the database restarts or cannot be reached, for `patienceMs` at most.
 */
export async function whileDatabaseIsAway<T>(write: () => Promise<T>, patienceMs: number): Promise<T> {
  const attempt = async (): Promise<{ value: T } | undefined> => {
    try {
      return { value: await write() };
    } catch (error) {
      if (isRefusal(error)) throw error;
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

/**
 * A five character SQLSTATE is the server's word; classes 08, 53 and 57 mean that it cannot be used now, not
 * that it refused.
 */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code);
}
