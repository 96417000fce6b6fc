import { messageOf } from '../../base/errors.js';
import { storedTime } from '../log/read-kept.js';
import type { DrainPosition, DrainProgress } from '../store/drains/drain-store.js';
import { gapLine } from './gap-line.js';
import type { KeptSource } from './kept-source.js';
import { SinkFailure, type Sink } from './sink.js';

/** Kept lines of one formation on their way to a sink. */
export interface Course {
  readonly formationId: number;
  /** Name of the formation. */
  readonly formation: string;
  readonly source: KeptSource;
}

export interface ForwarderOptions {
  readonly sink: Sink;
  /** By formation; asked at each step. */
  readonly courses: () => Iterable<Course>;
  readonly advance: (course: Course, position: DrainPosition, progress: DrainProgress) => Promise<unknown>;
  readonly failed: (failure: {
    readonly error: string;
    readonly at: Date;
    readonly nextAttemptAt: Date;
    readonly backlog: number;
  }) => Promise<void>;
  /** Bytes that it may be behind, of each formation. */
  readonly maxBacklog: number;
  /** Milliseconds after a first failure: 1,000 in production. */
  readonly retryMs: number;
  readonly now: () => Date;
  /** 0 <= x < 1 */
  readonly random: () => number;
  /** Told of what is no failure of the sink. */
  readonly onError: (error: unknown) => void;
}

const maxRetryMs = 60_000;
const maxRetryAfterMs = 3_600_000;
/** Lines of one delivery, and deliveries of one formation before another one's turn. */
const maxLines = 1_000;
const maxTurn = 4;
/** Characters of an error that are shown. */
const maxError = 300;
/** What a sink takes in so long after the end is written down: it does not come again. */
const graceMs = 2_000;

/**
 * Sends kept lines to one sink, in the order of each formation. What the sink has taken is written down before more is
 * sent; what it has not taken is sent again, later and later.
 */
export class Forwarder {
  readonly #stopping = new AbortController();
  #isEnding = false;
  #running: Promise<void> | undefined;
  #notBefore = 0;
  #failures = 0;
  /** Lines of the next delivery: fewer after one that was too much. */
  #count = maxLines;
  /** Formation that had the last turn: the one after it comes first. */
  #lastTurn: number | undefined;
  readonly #saved = new WeakMap<KeptSource, DrainPosition>();

  constructor(private readonly options: ForwarderOptions) {}

  /** Begins to send what there is, unless it does so already or has been told to wait. Never throws. */
  tick(): void {
    if (this.#isEnding || this.options.now().getTime() < this.#notBefore) return;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Lets what is on its way arrive, for a moment. Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    const timer = setTimeout(() => this.#stopping.abort(new Error('the drain is stopped')), graceMs);
    await this.#running;
    clearTimeout(timer);
    await this.options.sink.close();
    for (const { source } of this.options.courses()) await source.close();
  }

  async #run(): Promise<void> {
    try {
      let isMore = true;
      while (isMore) {
        isMore = false;
        for (const course of this.#inTurn()) if (await this.#turn(course)) isMore = true;
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      await this.#wait(error).catch(this.options.onError);
    }
  }

  /** What a sink refuses of one formation does not keep others from it. */
  #inTurn(): Course[] {
    const all = [...this.options.courses()];
    const last = all.findIndex(({ formationId }) => formationId === this.#lastTurn);
    return [...all.slice(last + 1), ...all.slice(0, last + 1)];
  }

  /** Resolves to whether there is more. */
  async #turn(course: Course): Promise<boolean> {
    this.#lastTurn = course.formationId;
    const { signal } = this.#stopping;
    for (let delivery = 0; delivery < maxTurn; delivery += 1) {
      if (this.#isEnding) return false;
      if ((await course.source.next(1, signal)).length === 0) {
        await this.#save(course, 0, 0);
        return false;
      }
      const unsent = await course.source.trim(this.options.maxBacklog, signal);
      if (unsent > 0) await this.#save(course, 0, unsent);
      await this.#deliver(course);
    }
    return true;
  }

  async #deliver(course: Course): Promise<void> {
    const { source, formation } = course;
    const { signal } = this.#stopping;
    const kept = await source.next(this.#count, signal);
    if (kept.length === 0) return;
    const gap = gapLine(source.position, kept[0]?.at);
    const now = storedTime(this.options.now(), '000000');
    const lines = [...(gap === undefined ? [] : [gap]), ...kept].map((line) => ({
      ...line,
      at: line.at || now,
      formation,
    }));
    try {
      await this.options.sink.send(lines, signal);
    } catch (error) {
      return this.#undelivered(course, kept.length, error);
    }
    source.taken(kept.length);
    [this.#failures, this.#count] = [0, Math.min(maxLines, this.#count * 2)];
    await this.#save(course, kept.length, 0);
  }

  /** Fewer lines at once where that may help; one that the sink will not have by itself is left out. */
  async #undelivered(course: Course, count: number, error: unknown): Promise<void> {
    const kind = error instanceof SinkFailure ? error.kind : undefined;
    if (kind === 'refused' && count > 1) {
      this.#count = Math.ceil(count / 2);
      return;
    }
    if (kind === 'refused') {
      course.source.skip(1);
      await this.#save(course, 0, 1);
    }
    if (kind === 'silent') this.#count = Math.ceil(count / 2);
    throw error;
  }

  async #save({ source, ...course }: Course, sent: number, unsent: number): Promise<void> {
    const { position } = source;
    if (position === undefined || position === this.#saved.get(source)) return;
    const lastSentAt = sent > 0 ? this.options.now() : null;
    const progress = { sent, unsent, backlog: this.#backlog(), lastSentAt };
    await this.options.advance({ source, ...course }, position, progress);
    this.#saved.set(source, position);
  }

  async #wait(error: unknown): Promise<void> {
    const { now, random, retryMs, failed, onError } = this.options;
    const isOfSink = error instanceof SinkFailure;
    if (!isOfSink) onError(error);
    this.#failures += 1;
    const doubled = Math.min(maxRetryMs, retryMs * 2 ** Math.min(this.#failures - 1, 20));
    const asked = Math.min(maxRetryAfterMs, isOfSink ? error.retryAfterMs : 0);
    const at = now();
    const nextAttemptAt = new Date(at.getTime() + Math.max(asked, doubled * (0.75 + random() / 2)));
    this.#notBefore = nextAttemptAt.getTime();
    if (isOfSink)
      await failed({
        error: messageOf(error).slice(0, maxError),
        at,
        nextAttemptAt,
        backlog: this.#backlog(),
      });
  }

  #backlog(): number {
    return [...this.options.courses()].reduce((sum, { source }) => sum + source.backlog, 0);
  }
}
