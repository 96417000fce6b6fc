import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds from now until `WaitDeadline` is thrown. */
  readonly deadlineMs: number;
  /** Milliseconds between two checks; a function gives each pause (jitter). */
  readonly intervalMs: number | (() => number);
  /** What is waited for, for the message. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** A wait that ran out of time: the condition never held. */
export class WaitDeadline extends Error {
  override readonly name = 'WaitDeadline';
}

/**
 * The one loop that sleeps: checks until `check` resolves to something other than undefined, and returns
 * that.
 * @throws WaitDeadline after `deadlineMs`; the signal's reason when aborted; whatever `check` throws.
 */
export async function waitUntil<T>(check: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const end = performance.now() + options.deadlineMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const value = await check();
    if (value !== undefined) return value;
    if (performance.now() >= end)
      throw new WaitDeadline(`gave up after ${options.deadlineMs} ms waiting for ${options.what}`);
    await delay(
      typeof options.intervalMs === 'number' ? options.intervalMs : options.intervalMs(),
      undefined,
      { signal: options.signal },
    );
  }
}
