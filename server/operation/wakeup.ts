/** Lets one waiter sleep until woken. A wake that comes while nobody waits is kept for the next wait. */
export class Wakeup {
  #isAwake = false;
  #resume: (() => void) | undefined;
  readonly #wake = (): void => this.wake();

  /** An abort wakes as well. */
  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.#wake, { once: true });
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
    this.signal.removeEventListener('abort', this.#wake);
  }
}
