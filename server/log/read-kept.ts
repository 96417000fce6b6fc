import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { GrepFilter } from './grep-filter.js';
import { KeptLineReader, type KeptLine } from './kept-line-reader.js';
import { ifMissing, readableSegments, type Segment } from './kept-logs.js';
import { unpacked } from './unpacked.js';

/** Which kept lines are wanted. */
export interface KeptQuery {
  /** At most so many, the newest. */
  readonly lines: number;
  /** `web` or `web.1` */
  readonly ps?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** Only lines that contain this text. */
  readonly grep?: string | undefined;
  readonly source?: KeptLine['source'] | undefined;
}

/** Clocks of nodes may be ahead of this one's by so much. */
const skewMs = 600_000;
/** Characters of lines that one answer holds. */
const maxText = 64 * 1024 * 1024;
/** No stored line is as long; what is, was not written by the log server. */
const maxStored = 1024 * 1024;
const newline = 0x0a;

/**
 * The newest lines that are wanted, oldest of them first, read one file after the other from the newest on: no
 * more than one file's wanted lines are held beside those that were found. @param folder of the formation
 */
export async function readKept(folder: string, query: KeptQuery, signal: AbortSignal): Promise<KeptLine[]> {
  if (query.lines === 0) return [];
  let found: KeptLine[] = [];
  let room = maxText;
  const filter = new GrepFilter(query.grep);
  for (const segment of (await readableSegments(folder)).reverse()) {
    if (query.since !== undefined && segment.to.getTime() + skewMs < query.since.getTime()) break;
    const newest = new Newest(query.lines - found.length, room);
    const reader = new KeptLineReader((line) => void (isWanted(query, line) && newest.add(line)));
    const canSkip = (stored: Buffer): boolean => reader.openFrom === undefined && filter.cannotHave(stored);
    const splitter = (): StoredLines => new StoredLines((stored) => reader.feed(stored), canSkip);
    await eachStored(folder, segment, splitter, signal);
    reader.end();
    found = [...newest.lines, ...found];
    room -= newest.length;
    if (found.length >= query.lines || room <= 0) break;
  }
  return found;
}

/** Whether a query asks for a line. */
export function isWanted({ ps, since, until, grep, source }: KeptQuery, line: KeptLine): boolean {
  const isOf = ps === undefined || line.process === ps || line.process.startsWith(`${ps}.`);
  return (
    isOf &&
    (source === undefined || line.source === source) &&
    (since === undefined || line.at >= storedTime(since, '000000')) &&
    (until === undefined || line.at <= storedTime(until, '999999')) &&
    (grep === undefined || line.text.includes(grep))
  );
}

/** A time as stored lines have it. @param below its digits below a millisecond, six of them */
export function storedTime(time: Date, below: string): string {
  return time.toISOString().replace(/Z$/, `${below}Z`);
}

/** The last so many lines of those added, and no more text than there is room for. */
class Newest {
  #lines: KeptLine[] = [];
  #first = 0;
  length = 0;

  constructor(
    private readonly count: number,
    private readonly room: number,
  ) {}

  add(line: KeptLine): void {
    this.#lines.push(line);
    this.length += line.text.length;
    while (this.#lines.length - this.#first > this.count || (this.length > this.room && this.#has(2)))
      this.length -= this.#lines[this.#first++]!.text.length;
    if (this.#first < 10_000) return;
    this.#lines = this.lines;
    this.#first = 0;
  }

  get lines(): KeptLine[] {
    return this.#lines.slice(this.#first);
  }

  #has(count: number): boolean {
    return this.#lines.length - this.#first >= count;
  }
}

/** Gives each stored line of a segment. One that was removed, or compressed, meanwhile is looked for once more. */
async function eachStored(
  folder: string,
  segment: Segment,
  splitter: () => StoredLines,
  signal: AbortSignal,
): Promise<void> {
  const path = join(folder, segment.name);
  const isThere = await readSegment(path, segment.isCompressed, splitter(), signal);
  if (!isThere && !segment.isCompressed) await readSegment(`${path}.gz`, true, splitter(), signal);
}

/** Resolves to false when there is no such file. */
async function readSegment(
  path: string,
  isCompressed: boolean,
  splitter: StoredLines,
  signal: AbortSignal,
): Promise<boolean> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const text = unpacked(file, isCompressed);
  try {
    for await (const chunk of text) {
      signal.throwIfAborted();
      splitter.feed(chunk as Buffer);
    }
    return true;
  } catch (error) {
    return ifMissing(false)(error);
  } finally {
    file.destroy();
    text.destroy();
  }
}

/** Cuts what is stored into lines; what has no newline yet is kept for later. */
export class StoredLines {
  #rest: Buffer = Buffer.alloc(0);
  #fed = 0;

  /**
   * @param onStored is told, too, how many bytes were fed up to the end of the line, and to its beginning
   * @param canSkip whether none of these lines is wanted
   */
  constructor(
    private readonly onStored: (stored: string, end: number, start: number) => void,
    private readonly canSkip: (stored: Buffer) => boolean = () => false,
  ) {}

  feed(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const before = this.#fed - this.#rest.length;
    this.#fed += chunk.length;
    const whole = data.lastIndexOf(newline) + 1;
    let start = whole > 0 && this.canSkip(data.subarray(0, whole)) ? whole : 0;
    for (let end = data.indexOf(newline, start); end !== -1; end = data.indexOf(newline, start)) {
      this.onStored(data.toString('utf8', start, end), before + end + 1, before + start);
      start = end + 1;
    }
    const rest = data.subarray(start);
    this.#rest = rest.length > maxStored ? Buffer.alloc(0) : Buffer.from(rest);
  }
}
