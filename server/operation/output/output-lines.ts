import type { Readable } from 'node:stream';

/** Bytes of a line that are kept: more than is ever shown of it. */
const maxLineBytes = 16 * 1024;
const [lineFeed, carriageReturn] = [10, 13];

/** A line that overwrites itself, as a progress bar does, is shown so often. */
const everyMs = 1000;

/**
 * The lines of a stream of UTF-8, ended by LF or CR LF. What ends with a CR alone (a progress bar's) is
 * overwritten by what comes next: it is shown once a second at most, and its last state always. Of a line
 * without end the first 16 KiB are kept and the rest passed over: however long it grows, no more of it is held.
 * @param nowMs a clock that only goes forward
 */
export async function* outputLines(
  stream: Readable,
  nowMs?: () => number,
): AsyncGenerator<string, void, void> {
  const splitter = new LineSplitter(nowMs);
  for await (const chunk of stream as AsyncIterable<Buffer>) yield* splitter.split(chunk);
  yield* splitter.rest();
}

/** As outputLines, of chunks as they come. */
export class LineSplitter {
  readonly #line = new BoundedLine();
  readonly #bar: Overwritten;
  #previous: number | undefined;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#bar = new Overwritten(nowMs);
  }

  /** The lines that end in the chunk. */
  *split(chunk: Buffer): Generator<string, void, void> {
    let from = 0;
    for (const end of lineEnds(chunk)) {
      const before = end === 0 ? this.#previous : chunk[end - 1];
      this.#line.add(chunk.subarray(from, end));
      from = end + 1;
      if (chunk[end] === carriageReturn) yield* this.#bar.next(this.#line.take());
      else if (before === carriageReturn) yield* this.#bar.end('');
      else {
        this.#bar.forget();
        yield this.#line.take();
      }
    }
    this.#line.add(chunk.subarray(from));
    this.#previous = chunk.at(-1) ?? this.#previous;
  }

  /** The line that has no end. */
  *rest(): Generator<string, void, void> {
    if (this.#line.isEmpty) yield* this.#bar.end();
    else yield this.#line.take();
  }
}

/** The states of a line that ends with CRs, of which one a second is shown. */
class Overwritten {
  /** The newest state, until it is shown or something else stands in its place. */
  #held: string | undefined;
  #isShown = false;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly nowMs: () => number) {}

  /** A state that nothing overwrites yet. */
  *next(text: string): Generator<string, void, void> {
    if (text === '') return;
    this.#isShown = this.nowMs() - this.#shownAt >= everyMs;
    this.#held = this.#isShown ? undefined : text;
    if (!this.#isShown) return;
    this.#shownAt = this.nowMs();
    yield text;
  }

  /** The last state, where it was not shown; `otherwise` where there was none. */
  *end(otherwise?: string): Generator<string, void, void> {
    const last = this.#held ?? (this.#isShown ? undefined : otherwise);
    this.forget();
    if (last !== undefined) yield last;
  }

  forget(): void {
    this.#held = undefined;
    this.#isShown = false;
  }
}

/** Where LFs and CRs are. */
function* lineEnds(chunk: Buffer): Generator<number, void, void> {
  let feed = chunk.indexOf(lineFeed);
  let ret = chunk.indexOf(carriageReturn);
  while (feed >= 0 || ret >= 0) {
    if (ret < 0 || (feed >= 0 && feed < ret)) {
      yield feed;
      feed = chunk.indexOf(lineFeed, feed + 1);
    } else {
      yield ret;
      ret = chunk.indexOf(carriageReturn, ret + 1);
    }
  }
}

/** The beginning of a line whose end has not come. */
class BoundedLine {
  #parts: Buffer[] = [];
  #room = maxLineBytes;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** Keeps a copy of what there is room for: what is passed over must not be held with it. */
  add(bytes: Buffer): void {
    const kept = bytes.subarray(0, this.#room);
    this.#room -= kept.length;
    if (kept.length > 0) this.#parts.push(Buffer.from(kept));
  }

  take(): string {
    const text = Buffer.concat(this.#parts).toString();
    this.#parts = [];
    this.#room = maxLineBytes;
    return text;
  }
}
