import pg from 'pg';
import { waitUntil } from '../../../base/wait-until.js';
import { currentConnection } from '../database.js';

/** Told the payload, or null after a connection was lost and made again: anything may have been missed. */
export type Heard = (payload: string | null) => void;

const connectMs = 15_000;

/** A connection of its own that LISTENs; it comes back by itself. */
export class NotificationListener {
  readonly #heard = new Map<string, Set<Heard>>();
  readonly #stopped = new AbortController();
  #client: pg.Client | undefined;

  constructor(
    private readonly url: string,
    private readonly channels: readonly string[],
    private readonly onTrouble: (error: unknown) => void,
  ) {}

  /** Resolves when it listens for the first time. */
  async start(): Promise<void> {
    this.#client = await this.#connect();
  }

  /** Calls `heard` on each notification of the channel until the returned function is called. */
  on(channel: string, heard: Heard): () => void {
    const listeners = this.#heard.get(channel) ?? new Set();
    this.#heard.set(channel, listeners.add(heard));
    return () => listeners.delete(heard);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...(await currentConnection(this.url)),
      connectionTimeoutMillis: connectMs,
    });
    client.on('notification', ({ channel, payload }) => this.#tell(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of this.channels) await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      client.on('error', () => undefined);
      await client.end().catch(() => undefined);
      throw error;
    }
    let isLost = false;
    const lost = (error?: Error): void => {
      if (isLost || this.#stopped.signal.aborted) return;
      isLost = true;
      this.onTrouble(error ?? new Error('the listening connection to PostgreSQL ended'));
      void this.#reconnect();
    };
    client.on('error', lost);
    client.on('end', () => lost());
    return client;
  }

  async #reconnect(): Promise<void> {
    const attempt = (): Promise<pg.Client | undefined> => this.#connect().catch(() => undefined);
    try {
      this.#client = await waitUntil(attempt, {
        deadlineMs: Number.POSITIVE_INFINITY,
        intervalMs: 500,
        what: 'PostgreSQL',
        signal: this.#stopped.signal,
      });
    } catch {
      return;
    }
    if (this.#stopped.signal.aborted) await this.#client.end();
    for (const channel of this.channels) this.#tell(channel, null);
  }

  #tell(channel: string, payload: string | null): void {
    for (const heard of this.#heard.get(channel) ?? []) heard(payload);
  }
}
