import type { BuildContainers } from './build-container.js';

export interface BuildSweeperOptions {
  readonly everyMs: number;
  /** Called when a sweep failed; the next one comes all the same. */
  readonly onTrouble: (error: unknown) => void;
}

/** Removes the build containers of operations that have ended, at once and then again and again. */
export class BuildSweeper {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly containers: Pick<BuildContainers, 'removeAllBut'>,
    /** Ids of the operations that have not ended. */
    private readonly unfinished: () => Promise<readonly string[]>,
    private readonly options: BuildSweeperOptions,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.#sweep(), this.options.everyMs);
    this.#sweep();
  }

  /** Resolves when the sweep under way, if there is one, has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  #sweep(): void {
    this.#running ??= this.containers
      .removeAllBut(this.unfinished)
      .catch(this.options.onTrouble)
      .finally(() => (this.#running = undefined));
  }
}
