/** Shows each step with its time while it runs. */
export class Steps {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #started: number;

  constructor(options: {
    readonly started: number;
    readonly now?: () => number;
    readonly write?: (text: string) => void;
  }) {
    this.#started = options.started;
    this.#now = options.now ?? Date.now;
    this.#write = options.write ?? ((text) => void process.stdout.write(text));
  }

  /**
   * Runs one named step: a line when it starts, its notes indented, and a line with its seconds when it ends.
   */
  async run<T>(name: string, work: (note: (line: string) => void) => Promise<T>): Promise<T> {
    const from = this.#now();
    this.#write(`-----> ${name}\n`);
    try {
      const value = await work((line) => this.#write(`       ${line}\n`));
      this.#write(`       ${seconds(this.#now() - from)} (${seconds(this.#now() - this.#started)} in all)\n`);
      return value;
    } catch (error) {
      this.#write(` !     ${name} failed after ${seconds(this.#now() - from)}\n`);
      throw error;
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
