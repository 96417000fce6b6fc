import { parseReportLine } from './report.js';
import type { ReportEvent } from './report.js';

const newline = 0x0a;
/** A line beyond this is cut off and given as unknown, so that a node cannot fill the controller's memory. */
const maxLine = 8 * 1024 * 1024;
/** Two and more for each resource that a report may have. What comes after them is passed over. */
const maxReportLines = 100_000;

/**
 * Turns a report's bytes, in pieces of any size, into events. Counts them, so that reading can go on at
 * `offset` after a cut.
 */
export class ReportReader {
  readonly #onEvent: (event: ReportEvent) => void;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #offset = 0;
  #lines = 0;

  constructor(onEvent: (event: ReportEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  push(chunk: Buffer): void {
    this.#offset += chunk.length;
    if (this.#lines >= maxReportLines) return;
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#flush();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(part: Buffer): void {
    const room = maxLine - this.#pendingBytes;
    if (part.length === 0 || room <= 0) return;
    this.#pending.push(part.subarray(0, room));
    this.#pendingBytes += Math.min(part.length, room);
  }

  #flush(): void {
    this.#lines += 1;
    if (this.#lines > maxReportLines) return this.#drop();
    const line = Buffer.concat(this.#pending).toString('utf8');
    this.#drop();
    if (line.trim() !== '') this.#onEvent(parseReportLine(line));
  }

  #drop(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
