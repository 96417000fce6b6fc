export interface PatienceOptions {
  /** Milliseconds after the first report; they double with each. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly now: () => number;
}

/** Says how often the same trouble is worth a report: at once, and then less and less often. */
export class Patience {
  readonly #reported = new Map<string, { readonly next: number; readonly pauseMs: number }>();

  constructor(private readonly options: PatienceOptions) {}

  /** True when it is time to report; counts as a report then. */
  isDue(id: string): boolean {
    const now = this.options.now();
    const last = this.#reported.get(id);
    if (last !== undefined && now < last.next) return false;
    const pauseMs =
      last === undefined ? this.options.firstMs : Math.min(this.options.lastMs, last.pauseMs * 2);
    this.#reported.set(id, { next: now + pauseMs, pauseMs });
    return true;
  }

  /** The trouble is over. */
  forget(id: string): void {
    this.#reported.delete(id);
  }
}
