/** A packet of SSH is 32 KiB. Sent on as JSON, where a control character takes six, this much takes some 5 ms. */
const bytesPerTurn = 64 * 1024;

/**
 * Bounds the output of commands that is dealt with in one turn of the event loop, over all commands on all nodes: what
 * nodes send must not hold up who asks for something else. What does not fit waits, first come first served, and the
 * next turn comes when all that is ready was served once.
 */
export class OutputTurns {
  #left: number;
  #turn: NodeJS.Immediate | undefined;
  readonly #waiting: { readonly bytes: number; readonly begin: () => void }[] = [];

  constructor(private readonly bytes = bytesPerTurn) {
    this.#left = bytes;
  }

  /** True when `bytes` may be dealt with in this turn. Otherwise the caller may `wait`. */
  take(bytes: number): boolean {
    if (this.#waiting.length > 0 || this.#left <= 0) return false;
    this.#use(bytes);
    return true;
  }

  /** Calls `begin` in the first turn that has room, after all who came before. */
  wait(bytes: number, begin: () => void): void {
    this.#waiting.push({ bytes, begin });
    this.#turn ??= setImmediate(this.#next);
  }

  /** The last may go beyond what is left: more than a turn's bytes get a turn, too. */
  #use(bytes: number): void {
    this.#left -= bytes;
    this.#turn ??= setImmediate(this.#next);
  }

  readonly #next = (): void => {
    this.#turn = undefined;
    this.#left = this.bytes;
    while (this.#left > 0) {
      const first = this.#waiting.shift();
      if (first === undefined) return;
      this.#use(first.bytes);
      first.begin();
    }
  };
}
