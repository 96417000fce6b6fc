import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, request } from 'undici';
import { messageOf } from '../../base/errors.js';
import { hostInUrl } from '../../base/host-in-url.js';
import { retryAfterMs } from '../acme/protocol/retry-after.js';
import type { DrainTarget } from '../formation/logs/drain-url.js';
import type { DrainLine } from './drain-line.js';
import { jsonLines, lokiPush } from './json-lines.js';
import { lookupFor, requireAllowed, SinkFailure, type Sink, type SinkDialing } from './sink.js';

/** What a sink answers is read up to here. */
const maxAnswer = 64 * 1024;
/** Statuses by which a sink says that it will not have these lines, or not so many. */
const refusals: readonly number[] = [400, 413, 422];
const formats = {
  https: { contentType: 'application/x-ndjson', bodyOf: jsonLines },
  loki: { contentType: 'application/json', bodyOf: lokiPush },
} as const;

/** POSTs to a URL of https, packed with gzip. It follows no redirect, and goes through no proxy. */
export class HttpSink implements Sink {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #format: (typeof formats)['https' | 'loki'];

  constructor(
    private readonly target: DrainTarget,
    token: string,
    private readonly dialing: SinkDialing,
  ) {
    const { host, port, path, credentials } = target;
    this.#url = `https://${hostInUrl(host)}:${port}${path}`;
    this.#format = formats[target.type === 'loki' ? 'loki' : 'https'];
    this.#headers = {
      'content-type': this.#format.contentType,
      'content-encoding': 'gzip',
      'user-agent': 'deis-classic',
      'deis-drain-token': token,
      ...(credentials === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    };
    const { secureContext, silenceMs } = dialing;
    this.#agent = new Agent({
      connections: 1,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      connect: { timeout: silenceMs, secureContext, lookup: lookupFor(dialing) },
    });
  }

  async send(lines: readonly DrainLine[], signal: AbortSignal): Promise<void> {
    requireAllowed(this.target.host, this.dialing);
    const body = await promisify(gzip)(this.#format.bodyOf(lines));
    const limit = AbortSignal.timeout(2 * this.dialing.silenceMs);
    try {
      await this.#post(body, AbortSignal.any([signal, limit]));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SinkFailure) throw error;
      if (error instanceof Error && error.cause instanceof SinkFailure) throw error.cause;
      const isSilent = limit.aborted || /Timeout/.test(error instanceof Error ? error.name : '');
      throw isSilent
        ? new SinkFailure('it does not answer', 'silent')
        : new SinkFailure(messageOf(error), 'away');
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #post(body: Buffer, signal: AbortSignal): Promise<void> {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(this.#url, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: this.#headers,
      body,
      signal,
    });
    await answer.dump({ limit: maxAnswer, signal }).catch(() => undefined);
    if (statusCode >= 200 && statusCode < 300) return;
    const header = headers['retry-after'];
    const wait = retryAfterMs(Array.isArray(header) ? header[0] : header, this.dialing.now());
    throw new SinkFailure(
      `it answers ${statusCode}`,
      refusals.includes(statusCode) ? 'refused' : 'away',
      wait,
    );
  }
}
