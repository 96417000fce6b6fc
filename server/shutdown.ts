import type { Logger } from 'pino';

interface Part {
  readonly what: string;
  readonly close: () => Promise<void>;
}

/** What has been started, closed in the reverse order. */
export class Shutdown {
  readonly #parts: Part[] = [];
  #running: Promise<void> | undefined;

  constructor(private readonly log: Logger) {}

  add(what: string, close: () => Promise<void>): void {
    this.#parts.unshift({ what, close });
  }

  /** Closes everything, each part even if one before it fails; a second call waits for the first. */
  run(): Promise<void> {
    return (this.#running ??= this.#closeAll());
  }

  async #closeAll(): Promise<void> {
    for (const { what, close } of this.#parts) {
      this.log.debug({}, `closing ${what}`);
      await close().catch((error: unknown) => this.log.error({ err: error }, `could not close ${what}`));
    }
  }
}
