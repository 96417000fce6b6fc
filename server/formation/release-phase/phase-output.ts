import type { ValueMask } from '../../../base/value-mask.js';
import { cleanLine } from '../../operation/output/clean-line.js';
import { ShownLines } from '../../operation/output/shown-lines.js';

/** So much of the end of a phase's output is kept with the release. */
const maxKeptLines = 2_000;
const maxKeptKib = 256;

/** What a phase writes, cleaned and masked: said as it comes, and its end kept. */
export class PhaseOutput {
  readonly #kept: string[] = [];
  #keptBytes = 0;
  #lines = 0;
  #known = 0;
  readonly #shown: ShownLines;

  constructor(
    private readonly mask: ValueMask,
    say: (line: string) => void,
    title: string,
  ) {
    this.#shown = new ShownLines(say, title);
  }

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
    this.#shown.add(text);
    this.#keep(text);
  }

  #keep(text: string): void {
    this.#kept.push(text);
    this.#keptBytes += Buffer.byteLength(text) + 1;
    while (this.#kept.length > maxKeptLines || this.#keptBytes > maxKeptKib * 1024)
      this.#keptBytes -= Buffer.byteLength(this.#kept.shift() ?? '') + 1;
  }
}
