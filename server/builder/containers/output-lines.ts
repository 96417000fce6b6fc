import type { Readable } from 'node:stream';

/** Bytes of a line that are kept: more than is ever shown of it. */
const maxLineBytes = 16 * 1024;
const [lineFeed, carriageReturn] = [10, 13];

/**
 * The lines of a stream of UTF-8, ended by LF, CR LF or CR (a progress bar's). Of a line without end the
 * first 16 KiB are kept and the rest passed over: however long it grows, no more of it is held.
 */
export async function* outputLines(stream: Readable): AsyncGenerator<string, void, void> {
  const line = new BoundedLine();
  let previous: number | undefined;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (const end of lineEnds(chunk)) {
      const before = end === 0 ? previous : chunk[end - 1];
      line.add(chunk.subarray(from, end));
      from = end + 1;
      if (chunk[end] !== lineFeed || before !== carriageReturn) yield line.take();
    }
    line.add(chunk.subarray(from));
    previous = chunk.at(-1) ?? previous;
  }
  if (!line.isEmpty) yield line.take();
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
