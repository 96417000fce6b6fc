import { onAbort } from '../../base/on-abort.js';

/** Lets one waiter sleep until woken. A wake that comes while nobody waits is kept for the next wait. */
export class Wakeup {
  #isAwake = false;
  #resume: (() => void) | undefined;
  readonly #release: () => void;

  /** An abort wakes as well. */
  constructor(private readonly signal: AbortSignal) {
    this.#release = onAbort(signal, () => this.wake());
  }

  wake(): void {
    this.#isAwake = true;
    this.#resume?.();
  }

  /** Resolves at the next wake, at once after a kept one, and after `ms` at the latest. */
  async wait(ms: number): Promise<void> {
    if (!this.#isAwake && !this.signal.aborted) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    this.#isAwake = false;
    this.#resume = undefined;
  }

  close(): void {
    this.#release();
  }
}
