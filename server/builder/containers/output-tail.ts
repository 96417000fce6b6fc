import { cleanLine } from '../../operation/output/clean-line.js';
import type { ValueMask } from '../../../base/value-mask.js';

/** More than is shown of a failure: what says why often comes before a long stack of calls. */
const maxTail = 200;

/** The last 200 lines of a build, also of those that are no more shown. */
export class OutputTail {
  readonly #lines: string[] = [];
  #count = 0;

  add(line: string): void {
    this.#lines[this.#count % maxTail] = line;
    this.#count += 1;
  }

  /** That not all of it was shown; see `followOutput`. */
  isCut = false;

  /** In order, as they may be stored and shown. */
  lines(mask: ValueMask): string[] {
    const start = this.#count % maxTail;
    const inOrder =
      this.#count <= maxTail ? this.#lines : [...this.#lines.slice(start), ...this.#lines.slice(0, start)];
    return inOrder.map((line) => cleanLine(line, mask));
  }
}
