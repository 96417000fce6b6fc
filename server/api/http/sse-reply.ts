import { once } from 'node:events';
import type { Response } from 'express';
import { onAbort } from '../../../base/on-abort.js';

/** Proxies and clients give up on a silent connection, commonly after 60 s. */
const keepAliveMs = 15_000;

export interface ServerSentEvent {
  readonly id?: number;
  readonly event: string;
  readonly data: unknown;
}

/** A `text/event-stream` answer (WHATWG HTML, server-sent events), one JSON line of data per event. */
export class SseReply {
  /** Aborts when the client goes, or after `end`. */
  readonly closed: AbortSignal;
  readonly #response: Response;
  readonly #keepAlive: NodeJS.Timeout;

  /** Sends the headers at once: errors after this can only be events. */
  constructor(response: Response, closed: AbortSignal) {
    this.#response = response;
    this.closed = closed;
    response
      .status(200)
      .set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    this.#keepAlive = setInterval(() => response.write(': still here\n\n'), keepAliveMs);
    onAbort(closed, () => clearInterval(this.#keepAlive));
  }

  /** Bytes that the client has yet to take. */
  get backlog(): number {
    return this.#response.writableLength;
  }

  /** Resolves when the client has room for more, or has gone. After `end` nothing is sent. */
  async send({ id, event, data }: ServerSentEvent): Promise<void> {
    if (this.closed.aborted || this.#response.writableEnded) return;
    const hasRoom = this.#response.write(
      `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
    );
    if (!hasRoom) await once(this.#response, 'drain', { signal: this.closed }).catch(() => undefined);
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#response.end();
  }
}
