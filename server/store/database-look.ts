import { Socket } from 'node:net';
import pg from 'pg';
import { currentConnection } from './database.js';

export interface LookTimes {
  /** Milliseconds after which the database is asked again. */
  readonly freshMs: number;
  /** Milliseconds after which nobody is told what was seen then: they wait for the next answer. */
  readonly oldestMs: number;
  /** Milliseconds in which the database has to take a connection, and to answer. */
  readonly answerMs: number;
}

const defaults: LookTimes = { freshMs: 1_000, oldestMs: 3_000, answerMs: 5_000 };

interface Seen {
  /** When it was asked, by `performance.now()`. */
  readonly at: number;
  readonly error?: Error;
}

interface Connection {
  /** Once it is connected. */
  readonly client: Promise<pg.Client>;
  /** Destroyed, it ends at once whatever the other side does. */
  readonly socket: Socket;
}

/**
 * Whether the database answers. All who ask share one look, over a connection that nothing else uses: it costs next to
 * nothing however many ask, and needs none of the pool.
 */
export class DatabaseLook {
  readonly #times: LookTimes;
  #seen: Seen | undefined;
  #looking: Promise<Seen> | undefined;
  #open: Connection | undefined;

  constructor(
    private readonly url: string,
    times: Partial<LookTimes> = {},
  ) {
    this.#times = { ...defaults, ...times };
  }

  /** @throws why the database does not answer, as it was no longer ago than `oldestMs` */
  async answers(): Promise<void> {
    const ageMs = performance.now() - (this.#seen?.at ?? Number.NEGATIVE_INFINITY);
    if (ageMs > this.#times.freshMs) this.#looking ??= this.#look();
    const seen =
      this.#seen !== undefined && ageMs <= this.#times.oldestMs ? this.#seen : await this.#looking!;
    if (seen.error !== undefined) throw seen.error;
  }

  /** Closes the connection. */
  close(): void {
    this.#open?.socket.destroy();
    this.#open = undefined;
  }

  async #look(): Promise<Seen> {
    const at = performance.now();
    const seen = await this.#ask().then(
      () => ({ at }),
      (cause: unknown) => {
        // A connection that is in doubt is not asked again.
        this.close();
        return { at, error: new Error('the database does not answer', { cause }) };
      },
    );
    this.#looking = undefined;
    this.#seen = seen;
    return seen;
  }

  async #ask(): Promise<void> {
    this.#open ??= this.#connect();
    const client = await this.#open.client;
    await client.query('select 1');
  }

  #connect(): Connection {
    const socket = new Socket();
    // The next question opens a new one.
    const forget = (): void => void (this.#open === open && this.close());
    const open: Connection = { socket, client: this.#connected(socket, forget) };
    return open;
  }

  async #connected(socket: Socket, forget: () => void): Promise<pg.Client> {
    const { answerMs } = this.#times;
    const config = await currentConnection(this.url);
    if (socket.destroyed) throw new Error('closed before it was connected');
    const client = new pg.Client({
      ...config,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      stream: () => socket,
    });
    client.on('error', forget);
    client.on('end', forget);
    await client.connect();
    return client;
  }
}
