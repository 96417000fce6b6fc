/** How many connections the git endpoint keeps at once. */
export interface ConnectionLimits {
  /** Not logged in, of one address. */
  readonly strangersOfAddress: number;
  /** Not logged in, of all addresses. */
  readonly strangers: number;
  /** Logged in, of one user. */
  readonly ofUser: number;
  /** Logged in, of all users. */
  readonly users: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  strangersOfAddress: 10,
  strangers: 50,
  ofUser: 8,
  users: 100,
};

/** Why a connection that logs in gets no place. */
export type NoPlace = 'user' | 'everybody';

/** The same in a sentence for whoever logged in. */
export function noPlaceText(reason: NoPlace, username: string, { ofUser, users }: ConnectionLimits): string {
  return reason === 'user'
    ? `${username} has ${ofUser} pushes or fetches under way already: wait until one of them ends`
    : `${users} pushes and fetches are under way, more than that at once are not taken: try again in a minute`;
}

/**
 * Who has how many connections. Before the login a connection counts for its address, afterwards for its
 * user: neither an address nor a user can take the places of others. Decides, and closes nothing.
 */
export class ConnectionShares<C> {
  /** Connection -> address, the oldest first. */
  readonly #strangers = new Map<C, string>();
  readonly #users = new Map<C, number>();

  constructor(readonly limits: ConnectionLimits) {}

  /**
   * Gives a new connection a place, and answers which one has to be closed: the new one when its address has
   * its share already; when all places are taken, the oldest one of the address that has most.
   */
  enter(connection: C, address: string): C | undefined {
    const counts = countEach(this.#strangers.values());
    const own = counts.get(address) ?? 0;
    if (own >= this.limits.strangersOfAddress) return connection;
    let leaver: C | undefined;
    if (this.#strangers.size >= this.limits.strangers) {
      const most = Math.max(...counts.values());
      if (own >= most) return connection;
      [leaver] = [...this.#strangers].find(([, other]) => counts.get(other) === most)!;
      this.#strangers.delete(leaver);
    }
    this.#strangers.set(connection, address);
    return leaver;
  }

  /** Counts it for its user from now on; when that cannot be it goes on counting for its address. */
  logIn(connection: C, userId: number): NoPlace | undefined {
    if ((countEach(this.#users.values()).get(userId) ?? 0) >= this.limits.ofUser) return 'user';
    if (this.#users.size >= this.limits.users) return 'everybody';
    this.#strangers.delete(connection);
    this.#users.set(connection, userId);
    return undefined;
  }

  leave(connection: C): void {
    this.#strangers.delete(connection);
    this.#users.delete(connection);
  }
}

function countEach<T>(all: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
