import type { KeptLines } from '../context/kept/kept-lines.js';
import type { FormationLogQuery } from '../context/kept/log-reader.js';
import { shownLine, type ShownLine } from './merge-logs.js';

/** Lines that wait until the earlier ones are shown. */
const maxEarly = 100_000;
const dayMs = 24 * 3600 * 1000;

/** What is kept, in the form that is shown. */
export async function readKeptLines(
  kept: KeptLines,
  query: FormationLogQuery,
  signal: AbortSignal,
): Promise<ShownLine[]> {
  return (await kept.read(query, signal)).map(shownLine);
}

/** Lines as the log server stores them: they are held back until the earlier ones are shown. */
export class KeptFeed {
  #early: ShownLine[] | undefined = [];

  constructor(
    private readonly kept: KeptLines,
    private readonly query: FormationLogQuery,
    private readonly place: { take(line: ShownLine): void },
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when no line can be missed any more: what was stored before can be read. */
  async begin(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const options = { onBegin: resolve, signal: this.signal, deadlineMs: dayMs };
      // Once it has begun, its end is that of the follower, who has the nodes still.
      this.kept.follow(this.query, (line) => this.#take(shownLine(line)), options).then(resolve, reject);
    });
  }

  /** Gives what was held back, and from now on each line at once. */
  go(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const line of early) this.place.take(line);
  }

  #take(line: ShownLine): void {
    if (this.#early === undefined) this.place.take(line);
    else if (this.#early.length < maxEarly) this.#early.push(line);
  }
}
