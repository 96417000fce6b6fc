/**
 * Work that goes on beside other steps. Its lines are kept until somebody watches it; then they are shown, and
 * those that follow as they come.
 */
export class BackgroundWork<T> {
  readonly #cancel = new AbortController();
  readonly #done: Promise<T>;
  #show: ((line: string) => void) | undefined;
  #lines: string[] = [];

  constructor(work: (progress: { onProgress: (line: string) => void; signal: AbortSignal }) => Promise<T>) {
    const onProgress = (line: string): void => {
      if (this.#show === undefined) this.#lines.push(line);
      else this.#show(line);
    };
    this.#done = work({ onProgress, signal: this.#cancel.signal });
    // Who watches learns of a failure; until then it must not end the process.
    this.#done.catch(() => undefined);
  }

  /** Waits for the end. @throws what the work throws */
  async watch(show: (line: string) => void): Promise<T> {
    this.#lines.forEach((line) => show(line));
    this.#lines = [];
    this.#show = show;
    return this.#done;
  }

  /** Ends work that nobody needs any more, and waits until it has ended. */
  async cancel(): Promise<void> {
    this.#cancel.abort(new Error('cancelled'));
    await this.#done.catch(() => undefined);
  }
}
