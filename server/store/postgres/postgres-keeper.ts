/** pino's logger, as far as it is used here. */
export interface KeeperLog {
  warn(fields: object, message: string): void;
}

/** The server that is kept. */
interface Kept {
  /** Whether its process is there. Cheap. */
  isAlive(): Promise<boolean>;
  /** Resolves when it takes connections. @throws Error when it does not start */
  start(): Promise<void>;
}

/** The longest pause between two tries to start it. */
const maxPauseMs = 30_000;

/** Looks whether a server is there, and starts it again where it is not; after failures less and less often. */
export class PostgresKeeper {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopping = false;
  #failures = 0;

  /** Begins. @param everyMs between two looks */
  constructor(
    private readonly server: Kept,
    private readonly log: KeeperLog,
    private readonly everyMs: number,
  ) {
    this.#later();
  }

  /** Ends; resolves when no start is under way any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #later(): void {
    if (this.#isStopping) return;
    const pauseMs = Math.min(this.everyMs * 2 ** this.#failures, maxPauseMs);
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#later());
    }, pauseMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (await this.server.isAlive()) return;
    if (this.#isStopping) return;
    try {
      this.log.warn({}, 'the embedded PostgreSQL has ended: starting it again');
      await this.server.start();
      this.#failures = 0;
      this.log.warn({}, 'the embedded PostgreSQL runs again');
    } catch (error) {
      this.#failures += 1;
      this.log.warn({ err: error }, 'the embedded PostgreSQL does not start');
    }
  }
}
