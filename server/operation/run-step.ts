import { unlessAborted } from '../../base/unless-aborted.js';
import { OperationDeadline } from './operation-errors.js';

export interface StepLimits {
  readonly name: string;
  readonly deadlineMs: number;
  /** Aborted from outside: cancel, lost lease, stop. */
  readonly signal: AbortSignal;
  /** How long work may take to end after its signal was aborted, before it is left behind. */
  readonly graceMs: number;
}

/**
 * Runs `work` with a signal that is aborted at the deadline or from outside.
 * @throws OperationDeadline when the deadline passed first; the signal's reason when aborted from outside;
 * what `work` throws.
 */
export async function runStep<T>(limits: StepLimits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  limits.signal.throwIfAborted();
  const deadline = new AbortController();
  const expire = (): void =>
    deadline.abort(
      new OperationDeadline(`step ${limits.name} was not done within ${limits.deadlineMs / 1000} s`),
    );
  const timer = setTimeout(expire, limits.deadlineMs);
  const signal = AbortSignal.any([limits.signal, deadline.signal]);
  try {
    // Work that ignores its signal must not hold up the operation.
    const value = await unlessAborted(signal, work(signal), limits.graceMs);
    deadline.signal.throwIfAborted();
    return value;
  } catch (error) {
    throw reasonFor(error, signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What work throws after its signal was aborted is but an echo: the reason is what happened. Its own words
 * are kept as the cause.
 */
function reasonFor(error: unknown, signal: AbortSignal): unknown {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  if (reason instanceof OperationDeadline && error !== reason) reason.cause ??= error;
  return reason ?? error;
}
