import type { Readable } from 'node:stream';

/** Of one request: some 200,000 refs. */
const maxRequestBytes = 32 * 1024 ** 2;
const newline = 10;
const lengthBytes = 4;

/** The line of the hooks has come to its end. */
export class LineEnded extends Error {}

/** What hooks say over their line: lines of text, and what git has told them, pkt-lines (gitprotocol-common(5)). */
export class HookBytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffer = Buffer.alloc(0);
  #taken = 0;

  constructor(
    line: Readable,
    private readonly maxBytes = maxRequestBytes,
  ) {
    this.#chunks = line[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Counts anew: another request begins. */
  begin(): void {
    this.#taken = 0;
  }

  /** The next line, without its end. @throws LineEnded, and when one request says more than it may */
  async line(): Promise<string> {
    let end = this.#buffer.indexOf(newline);
    while (end < 0) {
      const from = this.#buffer.length;
      await this.#more();
      end = this.#buffer.indexOf(newline, from);
    }
    return this.#take(end + 1).toString('utf8', 0, end);
  }

  /** The texts of the packets up to the next flush. @throws as `line` */
  async packets(): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const length = Number.parseInt((await this.#exactly(lengthBytes)).toString('latin1'), 16);
      if (length === 0) return texts;
      // Shorter ones say nothing, and what is no number is none of git's.
      if (!(length > lengthBytes)) throw new Error('git said something else than a pkt-line to its hook');
      texts.push((await this.#exactly(length - lengthBytes)).toString('utf8').replace(/\n$/, ''));
    }
  }

  async #exactly(length: number): Promise<Buffer> {
    while (this.#buffer.length < length) await this.#more();
    return this.#take(length);
  }

  #take(length: number): Buffer {
    const taken = this.#buffer.subarray(0, length);
    this.#buffer = this.#buffer.subarray(length);
    this.#taken += length;
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#taken + this.#buffer.length > this.maxBytes)
      throw new Error(`a push says more than ${this.maxBytes} bytes of its refs and options`);
    // A line that broke has ended.
    const next = await this.#chunks.next().catch(() => undefined);
    if (next === undefined || next.done === true) throw new LineEnded('the hooks have ended');
    this.#buffer = Buffer.concat([this.#buffer, next.value]);
  }
}
