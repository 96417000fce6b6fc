/** Allowed of one address. */
export interface HandshakeLimits {
  /** At once, after a pause. */
  readonly burst: number;
  /** In the long run. */
  readonly perMinute: number;
}

/** Half of what may be begun in a minute may be begun at once. */
export function handshakeLimits(perMinute: number): HandshakeLimits {
  return { burst: Math.ceil(perMinute / 2), perMinute };
}

/** Of how many addresses is remembered what they did; beyond that the one that was silent longest is forgotten. */
const maxAddresses = 10_000;

/** Counts the key exchanges of each address: each costs the controller some computing before anybody logs in. */
export class HandshakeRate {
  /** Address -> handshakes that it may begin, and when that was so. The one that was silent longest first. */
  readonly #left = new Map<string, { readonly count: number; readonly at: number }>();

  /** @param now milliseconds */
  constructor(
    private readonly limits: HandshakeLimits,
    private readonly now: () => number,
  ) {}

  /** Whether the address may begin one more handshake now, which counts. */
  take(address: string): boolean {
    const { burst, perMinute } = this.limits;
    const at = this.now();
    const before = this.#left.get(address) ?? { count: burst, at };
    const count = Math.min(burst, before.count + ((at - before.at) / 60_000) * perMinute);
    const may = count >= 1;
    this.#left.delete(address);
    this.#left.set(address, { count: may ? count - 1 : count, at });
    const [silent] = this.#left.keys();
    if (this.#left.size > maxAddresses && silent !== undefined) this.#left.delete(silent);
    return may;
  }
}
