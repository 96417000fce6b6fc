import type { ReportEvent } from './report.js';
import { ReportReader } from './report-reader.js';
import { attachedMark } from '../run-scripts.js';

/** How a run came to its end, as its report says. */
export type ProgramEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'refused'; readonly have: number; readonly wanted: number }
  | { readonly kind: 'locked'; readonly run: string }
  /** It began and is gone without an exit: killed, or the node went down. */
  | { readonly kind: 'died' };

const noiseBytes = 4096;

/** Follows one run's report over as many connections as it takes, each byte once. */
export class ReportFollower {
  readonly #reader: ReportReader;
  #tried = false;
  #attached = false;
  #before = Buffer.alloc(0);
  #end: ProgramEnd | undefined;
  #waitingFor: string | undefined;
  #log = '';

  constructor(onReport: (event: ReportEvent) => void) {
    this.#reader = new ReportReader((event) => {
      this.#note(event);
      onReport(event);
    });
  }

  /** Bytes of the report seen so far. */
  get offset(): number {
    return this.#reader.offset;
  }

  get end(): ProgramEnd | undefined {
    return this.#end;
  }

  /** The run that holds the node's lock, while this one waits for it. */
  get waitingFor(): string | undefined {
    return this.#waitingFor;
  }

  /** Tail of the program's stderr, when the runner sent it. */
  get log(): string {
    return this.#log;
  }

  /** Whether the node may have heard of the run. */
  get tried(): boolean {
    return this.#tried;
  }

  /** Whether the present connection's receiver has started a runner. */
  get attached(): boolean {
    return this.#attached;
  }

  /** Call before each connection's output. */
  attach(): void {
    this.#tried = true;
    this.#attached = false;
    this.#before = Buffer.alloc(0);
  }

  push(chunk: Buffer): void {
    if (this.#attached) return this.#reader.push(chunk);
    const all = Buffer.concat([this.#before, chunk]);
    const at = all.indexOf(attachedMark);
    if (at === -1) {
      this.#before = all.subarray(-noiseBytes);
      return;
    }
    this.#attached = true;
    this.#reader.push(all.subarray(at + attachedMark.length));
  }

  #note(event: ReportEvent): void {
    if (event.event === 'refused') this.#end = { kind: 'refused', have: event.have, wanted: event.wanted };
    else if (event.event === 'locked') this.#end = { kind: 'locked', run: event.run };
    else if (event.event === 'died') this.#end ??= { kind: 'died' };
    else if (event.event === 'exit') this.#end ??= { kind: 'exit', code: event.code };
    else if (event.event === 'log') this.#log = event.text;
    this.#waitingFor = event.event === 'waiting' ? event.run : undefined;
  }
}
