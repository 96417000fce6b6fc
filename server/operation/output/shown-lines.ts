/** Of the output of a build or a release phase: so much is kept, and shown to everybody who follows it. */
const maxLines = 20_000;
const maxMegabytes = 8;

/** Says lines until they are too many, and then that, once. */
export class ShownLines {
  #lines = 0;
  #bytes = 0;
  #isOver = false;

  /** @param what goes on in spite of that: `the build`. @param indent of the line that says so */
  constructor(
    private readonly say: (line: string) => void,
    private readonly what: string,
    private readonly indent = '',
  ) {}

  /** Whether lines are passed over. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @param text cleaned */
  add(text: string): void {
    if (this.#isOver) return;
    this.#lines += 1;
    this.#bytes += Buffer.byteLength(text);
    this.#isOver = this.#lines > maxLines || this.#bytes > maxMegabytes * 1024 ** 2;
    this.say(
      this.#isOver
        ? `${this.indent}(more than ${maxMegabytes} MB or ${maxLines} lines: the rest is not shown, ` +
            `${this.what} goes on)`
        : text,
    );
  }
}
