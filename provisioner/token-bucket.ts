import pLimit, { type LimitFunction } from 'p-limit';
import { waitUntil } from '../base/wait-until.js';

export interface BucketOptions {
  /** Calls that may be made at once after a rest. */
  readonly size: number;
  /** Calls per second in the long run. */
  readonly perSecond: number;
  /** Calls under way at the same time. */
  readonly atOnce: number;
  /** Milliseconds that never go back. */
  readonly now?: () => number;
}

const minPauseMs = 5;

/**
 * Keeps calls within a cloud's rate limit, as AWS counts them: a bucket that fills steadily and that every
 * call takes one from.
 */
export class TokenBucket {
  readonly #options: BucketOptions;
  readonly #limit: LimitFunction;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#limit = pLimit(options.atOnce);
    this.#now = options.now ?? (() => performance.now());
    this.#tokens = options.size;
    this.#filledAt = this.#now();
  }

  /**
   * Makes the call when its turn has come. @throws WaitDeadline when that is not within `deadlineMs`; the
   * signal's reason
   */
  async run<T>(
    call: () => Promise<T>,
    {
      signal,
      deadlineMs,
      what,
    }: { readonly signal: AbortSignal; readonly deadlineMs: number; readonly what: string },
  ): Promise<T> {
    return this.#limit(async () => {
      await waitUntil(() => Promise.resolve(this.#take()), {
        deadlineMs,
        intervalMs: () => this.#pauseMs(),
        what,
        signal,
      });
      return call();
    });
  }

  #take(): true | undefined {
    const now = this.#now();
    this.#tokens = Math.min(
      this.#options.size,
      this.#tokens + ((now - this.#filledAt) / 1000) * this.#options.perSecond,
    );
    this.#filledAt = now;
    if (this.#tokens < 1) return undefined;
    this.#tokens -= 1;
    return true;
  }

  #pauseMs(): number {
    return Math.max(minPauseMs, ((1 - this.#tokens) / this.#options.perSecond) * 1000);
  }
}
