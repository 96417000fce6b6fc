import { existsSync, readFileSync } from 'node:fs';

/** What the controller's event loop did since it was last asked; see loop-watch.mjs. */
export interface LoopSeen {
  /** Milliseconds on a processor in which it looked at nothing new: how late it can be by its own doing. */
  readonly longestMs: number;
  /** Milliseconds by the clock of the longest pause of garbage collection. */
  readonly pauseMs: number;
  /** Of the time in which it had something to do, the share in which it waited for a processor. */
  readonly waited: number;
  /** Of the time at all, the share in which it ran. */
  readonly ran: number;
}

/** Reads what loop-watch.mjs writes at `path`, each line once. */
export class LoopLog {
  #seen = 0;

  constructor(private readonly path: string) {}

  /** Of the seconds since the last call. */
  next(): LoopSeen {
    const lines = existsSync(this.path) ? readFileSync(this.path, 'utf8').trim().split('\n') : [];
    const seconds = lines
      .slice(this.#seen)
      .map((line) => JSON.parse(line) as [number, number, number, number]);
    this.#seen = lines.length;
    const sum = (index: 0 | 1): number => seconds.reduce((total, second) => total + second[index], 0);
    const [ran, waited] = [sum(0), sum(1)];
    return {
      longestMs: Math.max(0, ...seconds.map(([, , longest]) => longest)),
      pauseMs: Math.max(0, ...seconds.map(([, , , pause]) => pause)),
      waited: ran + waited === 0 ? 0 : waited / (ran + waited),
      ran: seconds.length === 0 ? 0 : ran / (seconds.length * 1000),
    };
  }
}
