import { Agent, request } from 'node:http';
import { setInterval as every } from 'node:timers/promises';

export interface PolledAnswer {
  /** 0 when no answer came. */
  readonly status: number;
  readonly body: string;
  readonly connection: 'kept' | 'new';
  /** Milliseconds of the process clock. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Polls a URL at a steady rate, alternating one kept connection and new ones, and keeps every answer. */
export class PollingClient {
  readonly answers: PolledAnswer[] = [];
  readonly #stop = new AbortController();
  readonly #pending: Promise<void>[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #loop: Promise<void> = Promise.resolve();
  #host: string | undefined;

  /** Begins polling `perSecond` times a second. @param host asked for instead of the URL's */
  start(url: string, perSecond = 20, host?: string): this {
    this.#host = host;
    this.#loop = this.#poll(url, 1000 / perSecond);
    return this;
  }

  /** Stops, waits for the answers under way and returns all. */
  async stop(): Promise<PolledAnswer[]> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#pending);
    this.#agent.destroy();
    return this.answers;
  }

  /** Answers that are no 200. */
  get failures(): PolledAnswer[] {
    return this.answers.filter((answer) => answer.status !== 200);
  }

  async #poll(url: string, intervalMs: number): Promise<void> {
    let connection: PolledAnswer['connection'] = 'new';
    try {
      for await (const next of every(intervalMs, { new: 'kept', kept: 'new' } as const, {
        signal: this.#stop.signal,
      })) {
        connection = next[connection];
        this.#pending.push(this.#ask(url, connection).then((answer) => void this.answers.push(answer)));
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  #ask(url: string, connection: 'kept' | 'new'): Promise<PolledAnswer> {
    return new Promise((resolve) => {
      const startedAt = performance.now();
      const answer = (status: number, body: string): void =>
        resolve({ status, body, connection, startedAt, endedAt: performance.now() });
      const fail = (error: Error): void => answer(0, error.message);
      const asked = request(
        url,
        {
          agent: connection === 'kept' ? this.#agent : false,
          timeout: 10_000,
          ...(this.#host !== undefined && { headers: { host: this.#host } }),
        },
        (response) => {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => answer(response.statusCode ?? 0, body));
          response.on('error', fail);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')));
      asked.on('error', fail);
      asked.end();
    });
  }
}
