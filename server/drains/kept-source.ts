import type { KeptLine } from '../log/kept-line-reader.js';
import { storedTime } from '../log/read-kept.js';
import type { DrainPosition } from '../store/drains/drain-store.js';
import { chunksFrom, type SegmentFile } from './segment-file.js';
import { SegmentReading, type Place, type PlacedLine } from './segment-reading.js';
import { Segments } from './segments.js';

export interface KeptSourceOptions {
  /** Of the formation; may be made later. */
  readonly folder: string;
  /** Where it stopped; undefined: it begins with lines of `since` or later. */
  readonly position: DrainPosition | undefined;
  readonly since: Date;
  readonly now: () => Date;
}

/** Stored bytes of lines that are read ahead; what one chunk brings is beyond it. */
const maxAhead = 512 * 1024;
/** A file that was put aside a moment ago may still be written to. */
const settledMs = 5_000;
/** What is skipped of a backlog that is too large goes further than it must. */
const trimmedShare = 0.75;

/**
 * Reads what is kept of one formation, from where it stopped, in the order in which it was stored, however files
 * are put aside, compressed and removed meanwhile.
 */
export class KeptSource {
  readonly #segments: Segments;
  readonly #ahead: PlacedLine[] = [];
  #aheadBytes = 0;
  #position: DrainPosition | undefined;
  #reading: SegmentReading | undefined;
  #chunks: AsyncGenerator<Buffer, void, undefined> | undefined;
  #isBegun: boolean;
  /** The file that is read will not grow, and was read. */
  #isFinished = false;
  /** Nothing more was there; and nothing changes before the file that grows does. */
  #isAtEnd = false;
  #mayRest = false;
  #isClosed = false;
  /** Of the file that is read, when it was opened: its bytes, and the file behind it. */
  #opened: { readonly bytes: number; readonly next: string | undefined } | undefined;
  /** Bytes beyond those that were read, as they were seen last. */
  #unread = 0;

  constructor(private readonly options: KeptSourceOptions) {
    this.#segments = new Segments(options.folder);
    this.#position = options.position;
    this.#isBegun = options.position !== undefined;
  }

  /** It stands for all lines before it, sent or skipped. Undefined before there was a line. */
  get position(): DrainPosition | undefined {
    return this.#isBegun ? this.#position : undefined;
  }

  /** Bytes that wait, as they were seen last. */
  get backlog(): number {
    return this.#unread + this.#aheadBytes;
  }

  /** The next lines, the same until they are taken or skipped: at most so many. Empty: nothing has come. */
  async next(count: number, signal: AbortSignal): Promise<KeptLine[]> {
    await this.#fill(count, signal);
    return this.#ahead.slice(0, count).map(({ line }) => line);
  }

  /** The first so many of them were sent, and before them, what was skipped was told. */
  taken(count: number): void {
    this.#pass(count, { skipped: 0, skippedMore: false });
  }

  /** The first so many are never sent. */
  skip(count: number): void {
    const { skipped = 0, skippedMore = false } = this.#position ?? {};
    this.#pass(count, { skipped: skipped + Math.min(count, this.#ahead.length), skippedMore });
  }

  /** Skips the oldest lines when more than `maxBytes` wait. Resolves to how many were skipped. */
  async trim(maxBytes: number, signal: AbortSignal): Promise<number> {
    await this.#measure();
    if (this.backlog <= maxBytes) return 0;
    let skipped = 0;
    while (this.backlog > maxBytes * trimmedShare) {
      await this.#fill(1, signal);
      if (this.#ahead.length === 0) break;
      const count = this.#countOf(this.backlog - maxBytes * trimmedShare);
      this.skip(count);
      skipped += count;
    }
    return skipped;
  }

  /** Lets go of the file that is read: nothing more comes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#chunks?.return();
    this.#chunks = undefined;
  }

  /** How many of the lines that were read have so many bytes together: all where they have not. */
  #countOf(bytes: number): number {
    let sum = 0;
    const index = this.#ahead.findIndex((placed) => (sum += placed.bytes) >= bytes);
    return index === -1 ? this.#ahead.length : index + 1;
  }

  #pass(count: number, gap: Pick<DrainPosition, 'skipped' | 'skippedMore'>): void {
    const passed = this.#ahead.splice(0, count);
    for (const { bytes } of passed) this.#aheadBytes -= bytes;
    const place = passed.at(-1)?.end ?? this.#position;
    const isWhole = this.#isFinished && this.#ahead.length === 0;
    if (place !== undefined) this.#position = { ...place, isWhole, ...gap };
  }

  /** Reads until so many lines, or much text, are there, or there is no more. */
  async #fill(count: number, signal: AbortSignal): Promise<void> {
    if (this.#isAtEnd && this.#mayRest && (await this.#segments.isQuiet())) return;
    this.#isAtEnd = false;
    while (this.#ahead.length < count && this.#aheadBytes < maxAhead && !this.#isAtEnd) {
      signal.throwIfAborted();
      if (this.#isClosed) return;
      if (this.#chunks === undefined) await this.#open();
      else await this.#readOn(this.#chunks);
    }
  }

  async #readOn(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<void> {
    const { value, done } = await chunks.next();
    if (done === true) {
      this.#chunks = undefined;
      return this.#ended();
    }
    this.#unread = Math.max(0, this.#unread - value.length);
    this.#add(this.#reading?.feed(value) ?? []);
  }

  #add(lines: readonly PlacedLine[]): void {
    const since = storedTime(this.options.since, '000000');
    for (const placed of lines) {
      if (!this.#isBegun && placed.line.at < since) continue;
      this.#isBegun = true;
      this.#ahead.push(placed);
      this.#aheadBytes += placed.bytes;
    }
  }

  /** Opens the file to go on with. */
  async #open(): Promise<void> {
    const files = await this.#segments.list();
    const file = this.#find(files) ?? this.#first(files);
    if (file === undefined) return this.#rest(true);
    if (this.#reading?.id !== file.id) this.#begin(file);
    const offset = this.#reading?.offset ?? 0;
    this.#unread = unreadBytes(files, file, offset);
    this.#opened = { bytes: file.bytes, next: files[files.indexOf(file) + 1]?.id };
    this.#chunks = chunksFrom(file, offset);
  }

  #find(files: readonly SegmentFile[]): SegmentFile | undefined {
    const id = this.#reading?.id ?? this.#position?.segment;
    return files.find((file) => file.id === id);
  }

  /** Where there is no place to go on at. */
  #first(files: readonly SegmentFile[]): SegmentFile | undefined {
    const position = this.#position;
    if (position === undefined || !this.#isBegun)
      return files.find(({ isCurrent, to }) => isCurrent || to >= this.options.since);
    const [oldest] = files;
    // What it was at is gone, and who knows what else.
    if (oldest !== undefined && !position.isWhole)
      this.#position = { ...position, ...beginOf(oldest), skippedMore: true };
    return oldest;
  }

  #begin(file: SegmentFile): void {
    const place: Place = this.#position?.segment === file.id ? this.#position : beginOf(file);
    this.#position ??= { ...place, isWhole: false, skipped: 0, skippedMore: false };
    this.#reading = new SegmentReading(place);
    this.#isFinished = false;
  }

  /** The file was read as far as it goes: on with the next one, unless more may come. */
  async #ended(): Promise<void> {
    const files = await this.#segments.list();
    const file = this.#find(files);
    const offset = this.#reading?.offset ?? 0;
    if (file !== undefined && offset < file.bytes) return;
    if (file !== undefined && !this.#isSettled(file)) return this.#rest(file.isCurrent);
    this.#add(this.#reading?.finish() ?? []);
    if (file === undefined && !this.#wasRead(files[0], offset) && this.#position !== undefined)
      this.#position = { ...this.#position, skippedMore: true };
    const next = file === undefined ? files[0] : files[files.indexOf(file) + 1];
    if (next === undefined) this.#finish();
    else this.#begin(next);
  }

  /** Whether the file that is gone was read to its end, and no other one that was behind it is gone. */
  #wasRead(oldest: SegmentFile | undefined, offset: number): boolean {
    const position = this.#position;
    // Looked at once more: nothing was behind it when all of it was taken.
    if (position?.isWhole === true && position.segment === this.#reading?.id) return true;
    const { bytes, next } = this.#opened ?? { bytes: 0, next: undefined };
    return next !== undefined && oldest?.id === next && offset >= bytes;
  }

  #isSettled({ isCurrent, isCompressed, to }: SegmentFile): boolean {
    return isCompressed || (!isCurrent && this.options.now().getTime() - to.getTime() > settledMs);
  }

  /** Nothing is left of the file, and there is no other one. */
  #finish(): void {
    this.#isFinished = true;
    if (this.#ahead.length === 0 && this.#position?.isWhole === false)
      this.#position = { ...this.#position, isWhole: true };
    this.#rest(true);
  }

  #rest(mayRest: boolean): void {
    this.#isAtEnd = true;
    this.#mayRest = mayRest;
  }

  async #measure(): Promise<void> {
    const files = await this.#segments.list();
    const file = this.#find(files);
    const offset = this.#reading?.offset ?? this.#position?.sentTo ?? 0;
    this.#unread =
      file === undefined
        ? files.reduce((sum, { bytes }) => sum + bytes, 0)
        : unreadBytes(files, file, offset);
  }
}

function beginOf({ id }: SegmentFile): Place {
  return { segment: id, readFrom: 0, sentTo: 0 };
}

function unreadBytes(files: readonly SegmentFile[], file: SegmentFile, offset: number): number {
  const after = files.slice(files.indexOf(file) + 1).reduce((sum, { bytes }) => sum + bytes, 0);
  return after + Math.max(0, file.bytes - offset);
}
