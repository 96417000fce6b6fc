/** A size for people: `12.3 MB`, of 1,000,000 bytes each, or `31 kB`. */
export function decimalSize(bytes: number): string {
  if (bytes < 50_000) return `${Math.ceil(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Tells people how far a backup or a restore is. */
export class Progress {
  readonly #totals = new Map<string, { count: number; bytes: number }>();
  #current: string | undefined;
  #toldAt = 0;

  /** @param everyMs between two lines about the same; Infinity: one line of each when it is over */
  constructor(
    private readonly tell: (line: string) => void,
    private readonly everyMs: number,
    private readonly nowMs: () => number,
  ) {}

  /** A part of what is named has passed. */
  wrote(what: string, bytes: number): void {
    if (this.#current !== what) this.end();
    this.#current = what;
    const { count, bytes: before } = this.#totals.get(what) ?? { count: 0, bytes: 0 };
    this.#totals.set(what, { count: count + 1, bytes: before + bytes });
    if (this.nowMs() - this.#toldAt < this.everyMs) return;
    this.#toldAt = this.nowMs();
    this.#say(what, ' so far');
  }

  /** A line of its own. */
  say(line: string): void {
    this.end();
    this.tell(line);
  }

  /** Nothing more of what went on. */
  end(): void {
    if (this.#current !== undefined) this.#say(this.#current, '');
    this.#current = undefined;
  }

  #say(what: string, suffix: string): void {
    const { count, bytes } = this.#totals.get(what)!;
    this.tell(`${what}: ${count} ${count === 1 ? 'part' : 'parts'}, ${decimalSize(bytes)}${suffix}`);
  }
}
