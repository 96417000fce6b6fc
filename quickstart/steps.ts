/** Milliseconds of silence after which a step says that it still works. */
const usualBeatMs = 10_000;

/** Shows each step with its time while it runs. */
export class Steps {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #started: number;
  readonly #beatMs: number;

  constructor(options: {
    readonly started: number;
    readonly now?: () => number;
    readonly write?: (text: string) => void;
    readonly beatMs?: number;
  }) {
    this.#started = options.started;
    this.#now = options.now ?? Date.now;
    this.#write = options.write ?? ((text) => void process.stdout.write(text));
    this.#beatMs = options.beatMs ?? usualBeatMs;
  }

  /**
   * Runs one named step: a line when it starts, its notes indented, and a line with its seconds when it ends.
   * A step that is silent says every 10 seconds what it still waits for: its last note.
   */
  async run<T>(name: string, work: (note: (line: string) => void) => Promise<T>): Promise<T> {
    const from = this.#now();
    this.#write(`-----> ${name}\n`);
    const silence = this.#watchSilence(name, from);
    try {
      const value = await work((line) => {
        silence.heard(line);
        this.#write(`       ${line}\n`);
      });
      this.#write(`       ${seconds(this.#now() - from)} (${seconds(this.#now() - this.#started)} in all)\n`);
      return value;
    } catch (error) {
      this.#write(` !     ${name} failed after ${seconds(this.#now() - from)}\n`);
      throw error;
    } finally {
      silence.end();
    }
  }

  #watchSilence(name: string, from: number): { heard: (line: string) => void; end: () => void } {
    let last = name;
    const beat = setInterval(
      () => this.#write(`       ... ${last} (${seconds(this.#now() - from)})\n`),
      this.#beatMs,
    );
    return {
      heard: (line) => {
        last = line;
        beat.refresh();
      },
      end: () => clearInterval(beat),
    };
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
