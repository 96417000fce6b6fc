import { KeptLineReader, type KeptLine } from '../log/kept-line-reader.js';
import { StoredLines } from '../log/read-kept.js';
import type { DrainPosition } from '../store/drains/drain-store.js';

/** Where in a file reading begins, and up to where its lines were sent. */
export type Place = Pick<DrainPosition, 'segment' | 'readFrom' | 'sentTo'>;

/** A line, and the place once it was sent. */
export interface PlacedLine {
  readonly line: KeptLine;
  /** What is stored of it, and of what lies between it and the one before. */
  readonly bytes: number;
  readonly end: Place;
}

/**
 * Makes lines of one file's bytes. A line may come in parts, with others between them: a place says from where to read
 * again for those that are not whole, and up to where not to send twice.
 */
export class SegmentReading {
  /** Bytes that were read. */
  offset: number;
  readonly #stored: StoredLines;
  readonly #reader: KeptLineReader;
  readonly #lines: KeptLine[] = [];
  #placed: PlacedLine[] = [];
  #at: number;
  #end: number;
  #placedTo: number;

  /** @param begin where an earlier reading stopped, of this file */
  constructor(private readonly begin: Place) {
    this.offset = begin.readFrom;
    this.#at = begin.readFrom;
    this.#end = begin.readFrom;
    this.#placedTo = begin.readFrom;
    this.#reader = new KeptLineReader((line) => this.#lines.push(line));
    this.#stored = new StoredLines((text, end, start) => {
      this.#at = begin.readFrom + start;
      this.#end = begin.readFrom + end;
      this.#reader.feed(text, this.#at);
      this.#place(this.#end > begin.sentTo);
    });
  }

  get id(): string {
    return this.begin.segment;
  }

  /** The lines that end in these bytes and were not sent. */
  feed(chunk: Buffer): PlacedLine[] {
    this.offset += chunk.length;
    this.#stored.feed(chunk);
    return this.#placed.splice(0);
  }

  /** Those of which no more comes. */
  finish(): PlacedLine[] {
    this.#reader.end();
    this.#place(true);
    return this.#placed.splice(0);
  }

  #place(isWanted: boolean): void {
    const lines = this.#lines.splice(0);
    if (!isWanted) return;
    const segment = this.id;
    const end = { segment, readFrom: this.#reader.openFrom ?? this.#end, sentTo: this.#end };
    // Several lines of one end: all of them come again unless the last one was sent.
    const before = { segment, readFrom: this.begin.readFrom, sentTo: Math.max(this.begin.sentTo, this.#at) };
    for (const [index, line] of lines.entries()) {
      const bytes = this.#end - this.#placedTo;
      this.#placed.push({ line, bytes, end: index === lines.length - 1 ? end : before });
      this.#placedTo = this.#end;
    }
  }
}
