interface Look<T> {
  readonly begunAt: number;
  readonly found: Promise<T>;
}

/**
 * Lets all who look at one thing again and again share a look: a look that was begun less than `freshMs` ago serves
 * everybody. Nothing is kept for longer; one that fails fails for those who share it, and the next one looks again.
 */
export class SharedLook<K, T> {
  readonly #looks = new Map<K, Look<T>>();

  constructor(
    private readonly look: (key: K) => Promise<T>,
    private readonly freshMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  at(key: K): Promise<T> {
    const now = this.now();
    for (const [other, { begunAt }] of this.#looks)
      if (now - begunAt >= this.freshMs) this.#looks.delete(other);
    const found = this.#looks.get(key)?.found ?? this.look(key);
    if (!this.#looks.has(key)) this.#looks.set(key, { begunAt: now, found });
    return found;
  }

  /** Things that were looked at of late. */
  get size(): number {
    return this.#looks.size;
  }
}
