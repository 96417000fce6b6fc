import { UserError } from '../../base/errors.js';

/** Looks whether something may go on: why not, in a sentence, or undefined. */
export type LimitCheck = () => Promise<string | undefined>;

const checkMs = 2000;
/** A check that takes long is made less often: it may be at work a fifth of the time. */
const restFactor = 4;

/**
 * Watches something that runs: `signal` is aborted with a UserError when one of the checks says why, or its
 * time is up. A check that cannot be made says nothing: it is made again.
 */
export class LimitGuard {
  readonly #stop = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isReleased = false;

  /** Without `time` it may take as long as it likes; `leftMs` is from now on. */
  constructor(
    checks: readonly LimitCheck[],
    private readonly options: {
      readonly time?: { readonly leftMs: number; readonly late: string };
      readonly everyMs?: number;
    } = {},
  ) {
    const { time, everyMs = checkMs } = options;
    if (time !== undefined) this.#later(Math.max(0, time.leftMs), () => this.#end(time.late));
    for (const check of checks) this.#later(everyMs, () => void this.#check(check));
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Watches no more: the signal stays as it is. */
  release(): void {
    this.#isReleased = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #check(check: LimitCheck): Promise<void> {
    const startedAt = performance.now();
    const refusal = await check().catch(() => undefined);
    if (refusal !== undefined) return this.#end(refusal);
    const { everyMs = checkMs } = this.options;
    this.#later(
      Math.max(everyMs, (performance.now() - startedAt) * restFactor),
      () => void this.#check(check),
    );
  }

  #later(ms: number, act: () => void): void {
    if (this.#isReleased) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }

  #end(why: string): void {
    if (!this.#isReleased) this.#stop.abort(new UserError(why));
  }
}
