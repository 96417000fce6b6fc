/** More users than this with work in the queue at once take turns less exactly. */
const maxShares = 1000;

/** Whose operations a worker has begun lately, so that those who wait for a place take turns. */
export class ServedShares {
  readonly #shares = new Set<string>();

  /** Last served first. */
  get recent(): readonly string[] {
    return [...this.#shares].reverse();
  }

  note(share: string): void {
    this.#shares.delete(share);
    this.#shares.add(share);
    const [oldest] = this.#shares;
    if (this.#shares.size > maxShares && oldest !== undefined) this.#shares.delete(oldest);
  }
}
