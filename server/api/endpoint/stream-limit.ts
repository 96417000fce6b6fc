import { HttpError } from '../http/http-error.js';

export interface StreamLimits {
  /** Streams that one user, and all users of one formation together, may have open. */
  readonly ofUser: number;
  readonly ofFormation: number;
  /** What is said beyond them. */
  readonly tooManyOfUser: string;
  readonly tooManyOfFormation: string;
}

/** Counts open streams of a kind in this process: each costs connections to nodes, and looks at the database. */
export class StreamLimit {
  readonly #counts = new Map<string, number>();

  constructor(private readonly limits: StreamLimits) {}

  /** Counts one more; the returned function, called once, takes it away. @throws HttpError 429 beyond the limits */
  enter(userId: number, formationId: number): () => void {
    const { ofUser, ofFormation, tooManyOfUser, tooManyOfFormation } = this.limits;
    const [user, formation] = [`user ${userId}`, `formation ${formationId}`];
    if (this.#of(user) >= ofUser) throw new HttpError(429, tooManyOfUser);
    if (this.#of(formation) >= ofFormation) throw new HttpError(429, tooManyOfFormation);
    for (const key of [user, formation]) this.#counts.set(key, this.#of(key) + 1);
    return () => [user, formation].forEach((key) => this.#leave(key));
  }

  #of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #leave(key: string): void {
    if (this.#of(key) <= 1) this.#counts.delete(key);
    else this.#counts.set(key, this.#of(key) - 1);
  }
}
