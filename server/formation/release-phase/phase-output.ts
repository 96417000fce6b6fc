import type { ValueMask } from '../../../base/value-mask.js';
import { cleanLine } from '../../operation/clean-line.js';

/** Of a release phase's output: so much is shown as it comes. */
const maxShownLines = 20_000;
const maxShownMegabytes = 8;
/** So much of its end is kept with the release. */
const maxKeptLines = 2_000;
const maxKeptKib = 256;

/** What a release phase writes, cleaned and masked: said as it comes, and its end kept. */
export class PhaseOutput {
  readonly #kept: string[] = [];
  #keptBytes = 0;
  #shownBytes = 0;
  #lines = 0;
  #isOver = false;
  #known = 0;

  constructor(
    private readonly mask: ValueMask,
    private readonly say: (line: string) => void,
  ) {}

  /** The last lines, at most 2,000 and 256 KiB. */
  get kept(): readonly string[] {
    return this.#kept;
  }

  /** The output is read from its beginning again: what has been said is not said twice. */
  restart(): void {
    this.#known = Math.max(this.#known, this.#lines);
    this.#lines = 0;
  }

  add(line: string): void {
    this.#lines += 1;
    if (this.#lines <= this.#known) return;
    const text = cleanLine(line, this.mask);
    this.#show(text);
    this.#keep(text);
  }

  #show(text: string): void {
    if (this.#isOver) return;
    this.#shownBytes += Buffer.byteLength(text);
    this.#isOver = this.#lines > maxShownLines || this.#shownBytes > maxShownMegabytes * 1024 ** 2;
    this.say(
      this.#isOver
        ? `(more than ${maxShownMegabytes} MB or ${maxShownLines} lines: the rest is not shown, ` +
            'the release phase goes on)'
        : text,
    );
  }

  #keep(text: string): void {
    this.#kept.push(text);
    this.#keptBytes += Buffer.byteLength(text) + 1;
    while (this.#kept.length > maxKeptLines || this.#keptBytes > maxKeptKib * 1024)
      this.#keptBytes -= Buffer.byteLength(this.#kept.shift() ?? '') + 1;
  }
}
