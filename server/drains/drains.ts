import type { DrainRecord } from '../store/drains/drain-store.js';
import type { Stores } from '../store/stores.js';
import { readDrainUrl } from '../formation/logs/drain-url.js';
import { Forwarder, type Course } from './forwarder.js';
import { HttpSink } from './http-sink.js';
import { KeptSource } from './kept-source.js';
import type { Sink, SinkDialing } from './sink.js';
import { SyslogSink } from './syslog-sink.js';

export interface DrainsOptions {
  readonly stores: Pick<Stores, 'drains' | 'formations'>;
  /** Where a formation's lines lie. */
  readonly folderOf: (formationId: number) => string;
  readonly dialing: SinkDialing;
  /** Bytes that a drain may be behind, of each formation. */
  readonly maxBacklog: number;
  /** Milliseconds after a sink's first failure: 1,000 in production. */
  readonly retryMs: number;
  /** Milliseconds between two looks for new lines: a second in production. */
  readonly everyMs: number;
  readonly random: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

interface Running {
  readonly forwarder: Forwarder;
  readonly courses: Map<number, Course>;
}
type Formations = ReadonlyMap<number, { readonly name: string }>;

/** Drains are looked for every so many looks for lines. */
const looksOfDrains = 3;

/**
 * Has a forwarder for each drain, new ones and without those that were removed, until it is stopped. One of the
 * processes that share a data directory does this: the one that has the log server.
 */
export class Drains {
  readonly #running = new Map<number, Running>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #looks = 0;

  constructor(private readonly options: DrainsOptions) {}

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.options.everyMs);
  }

  /** Resolves when nothing is sent any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all([...this.#running.keys()].map((id) => this.#end(id)));
  }

  #tick(): void {
    if (this.#looks % looksOfDrains === 0)
      this.#looking ??= this.#look()
        .catch((error: unknown) => this.#warn(error))
        .finally(() => (this.#looking = undefined));
    this.#looks += 1;
    for (const { forwarder } of this.#running.values()) forwarder.tick();
  }

  async #look(): Promise<void> {
    const { drains, formations } = this.options.stores;
    const all = await drains.all();
    if (all.length === 0 && this.#running.size === 0) return;
    const there: Formations = new Map((await formations.list()).map((each) => [each.id, each]));
    const wanted = new Map(all.map((drain) => [drain.id, drain]));
    for (const id of this.#running.keys()) if (!wanted.has(id)) await this.#end(id);
    for (const drain of all)
      await this.#lookAfter(drain, there).catch((error: unknown) => this.#warn(error, drain));
  }

  async #lookAfter(drain: DrainRecord, there: Formations): Promise<void> {
    if (!this.#running.has(drain.id)) await this.#begin(drain);
    await this.#direct(drain, there);
  }

  async #begin(drain: DrainRecord): Promise<void> {
    const { stores, maxBacklog, retryMs, random, dialing } = this.options;
    const url = await stores.drains.url(drain);
    if (url === undefined) return;
    const courses = new Map<number, Course>();
    const forwarder = new Forwarder({
      sink: openSink(url.reveal(), drain, dialing),
      courses: () => courses.values(),
      advance: ({ formationId }, position, progress) =>
        stores.drains.advance(drain.id, formationId, position, progress),
      failed: (failure) => stores.drains.failed(drain.id, failure),
      maxBacklog,
      retryMs,
      random,
      now: dialing.now,
      onError: (error) => this.#warn(error, drain),
    });
    this.#running.set(drain.id, { forwarder, courses });
  }

  /** Gives it the formations that it has not, and takes those away that are gone. */
  async #direct(drain: DrainRecord, there: Formations): Promise<void> {
    const courses = this.#running.get(drain.id)?.courses;
    if (courses === undefined) return;
    const wanted = drain.formationId === null ? [...there.keys()] : [drain.formationId];
    for (const [id, { source }] of courses)
      if (!there.has(id)) {
        courses.delete(id);
        await source.close();
      }
    const missing = wanted.filter((id) => there.has(id) && !courses.has(id));
    if (missing.length === 0) return;
    const positions = await this.options.stores.drains.positions(drain.id);
    for (const formationId of missing) {
      const source = new KeptSource({
        folder: this.options.folderOf(formationId),
        position: positions.get(formationId),
        since: drain.createdAt,
        now: this.options.dialing.now,
      });
      courses.set(formationId, { formationId, formation: there.get(formationId)?.name ?? '', source });
    }
  }

  async #end(id: number): Promise<void> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    await running?.forwarder.stop();
  }

  #warn(error: unknown, drain?: DrainRecord): void {
    const of = drain === undefined ? {} : { drain: drain.token };
    this.options.log.warn({ err: error, ...of }, 'lines could not be drained');
  }
}

function openSink(url: string, { type, token }: DrainRecord, dialing: SinkDialing): Sink {
  const target = readDrainUrl(url, type);
  return type === 'https' || type === 'loki'
    ? new HttpSink(target, token, dialing)
    : new SyslogSink(target, token, dialing);
}
