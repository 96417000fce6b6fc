import { UserError } from '../../base/errors.js';

/** Looks whether a build may go on: why not, in a sentence, or undefined. */
export type BuildCheck = () => Promise<string | undefined>;

const checkMs = 2000;

/** Watches a build that runs: `signal` is aborted with a UserError when its time is up, or a check says so. */
export class BuildGuard {
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #interval: NodeJS.Timeout;
  #isChecking = false;

  /** @param leftMs from now on; `late` says that they have passed. */
  constructor(
    leftMs: number,
    late: string,
    private readonly checks: readonly BuildCheck[],
    everyMs = checkMs,
  ) {
    this.#timer = setTimeout(() => this.#end(late), Math.max(0, leftMs));
    this.#interval = setInterval(() => void this.#check(), everyMs);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Watches no more. */
  release(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#interval);
  }

  /** A check that cannot be made says nothing: the next one may. */
  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    for (const check of this.checks) {
      const refusal = await check().catch(() => undefined);
      if (refusal !== undefined) this.#end(refusal);
    }
    this.#isChecking = false;
  }

  #end(why: string): void {
    this.#stop.abort(new UserError(why));
  }
}
