import { Transform, type TransformCallback } from 'node:stream';

/** A pkt-line begins with its length in four hexadecimal digits, which count themselves (gitprotocol-common(5)). */
const lengthDigits = 4;
const prefix = 'shallow ';

/**
 * Passes on what a client sends to `git-receive-pack`, without the `shallow` lines that come first
 * (gitprotocol-pack(5)). git refuses a push that has any, even one whose missing commits it has itself; without
 * them it looks, as for every push, whether all is there that the new commits build on.
 */
export class WithoutShallowLines extends Transform {
  /** What has come of the first line that is not yet known; undefined once that is behind. */
  #head: Buffer | undefined = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    if (this.#head === undefined) return done(null, chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    while (this.#head.length >= lengthDigits + prefix.length) {
      const length = Number.parseInt(this.#head.toString('latin1', 0, lengthDigits), 16);
      const isShallow = this.#head.toString('latin1', lengthDigits, lengthDigits + prefix.length) === prefix;
      if (!isShallow || !(length > lengthDigits)) return this.#passOn(done);
      if (this.#head.length < length) break;
      this.#head = this.#head.subarray(length);
    }
    // A flush, which says that nothing is pushed, is shorter than any line.
    if (this.#head.toString('latin1').startsWith('0000')) return this.#passOn(done);
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#passOn(done);
  }

  #passOn(done: TransformCallback): void {
    const rest = this.#head;
    this.#head = undefined;
    done(null, rest);
  }
}
