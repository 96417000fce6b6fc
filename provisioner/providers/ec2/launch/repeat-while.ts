import { WaitDeadline, waitUntil } from '../../../../base/wait-until.js';

export interface Patience {
  readonly deadlineMs: number;
  readonly pollMs: number;
  /** What is done, for the message. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/**
 * Does it again as long as it fails in this way, until the deadline. For what may be done twice. @throws the
 * last failure
 */
export async function repeatWhile<T>(
  isPassingFailure: (error: unknown) => boolean,
  work: () => Promise<T>,
  { deadlineMs, pollMs, what, signal }: Patience,
): Promise<T> {
  let last: unknown;
  const attempt = async (): Promise<{ readonly value: T } | undefined> => {
    try {
      return { value: await work() };
    } catch (error) {
      signal.throwIfAborted();
      // A wait within that ran out of time has been patient already.
      if (error instanceof WaitDeadline || !isPassingFailure(error)) throw error;
      last = error;
      return undefined;
    }
  };
  try {
    return (await waitUntil(attempt, { deadlineMs, intervalMs: pollMs, what, signal })).value;
  } catch (error) {
    throw error instanceof WaitDeadline && last !== undefined ? last : error;
  }
}
