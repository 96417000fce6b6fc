import { HttpError } from '../http/http-error.js';

const maxPerUser = 10;
const maxPerFormation = 50;

/** Counts who follows logs in this process: every follower costs connections to nodes and looks at the database. */
export class FollowerLimit {
  readonly #counts = new Map<string, number>();

  /** Counts one more; the returned function, called once, takes it away. @throws HttpError 429 beyond the limits */
  enter(userId: number, formationId: number): () => void {
    const [user, formation] = [`user ${userId}`, `formation ${formationId}`];
    if (this.#of(user) >= maxPerUser)
      throw new HttpError(429, `you follow logs ${maxPerUser} times already: end one of them first`);
    if (this.#of(formation) >= maxPerFormation)
      throw new HttpError(429, `${maxPerFormation} people follow these logs already: try again later`);
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
