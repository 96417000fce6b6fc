import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { messageOf, UserError } from '../../base/errors.js';
import { allowedLookup, type RemoteNetworks } from './remote-networks.js';
import { remoteRefusal } from './remote-refusal.js';

const maxRedirects = 3;
/** For a connection, for an answer's head, and for each part of its body. */
const silenceMs = 30_000;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

export interface RemoteSourceOptions {
  readonly networks: Pick<RemoteNetworks, 'allows'>;
  /** Certificate authorities that are trusted, PEM. */
  readonly authorities: () => Promise<readonly string[]>;
  /** What is fetched, for errors: `slugs`. */
  readonly what: string;
  /** The setting that allows networks, for errors. */
  readonly setting: string;
  /** Of the request: where the URL stood. */
  readonly field: string;
}

export interface RemoteAnswer {
  /** Fails when the sender is silent, or the signal aborts. */
  readonly body: Readable;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/**
 * GETs what a user names, on the user's behalf: so it asks no address that users must not reach through the
 * controller, however a name or a redirect leads there. It goes through no proxy, which would ask for it.
 */
export class RemoteSource {
  readonly #options: RemoteSourceOptions;
  #agent: Promise<Dispatcher> | undefined;

  constructor(options: RemoteSourceOptions) {
    this.#options = options;
  }

  /**
   * An answer of status 200. @throws UserError of the options' field for everything else; no text holds the
   * query, which may be a signature
   */
  async open(text: string, signal: AbortSignal): Promise<RemoteAnswer> {
    let url = new URL(text);
    try {
      this.#agent ??= this.#openAgent();
      const dispatcher = await this.#agent;
      for (let redirect = 0; redirect <= maxRedirects; redirect += 1) {
        this.#requireAllowed(url);
        const { statusCode, headers, body } = await request(url, { dispatcher, signal });
        if (statusCode === 200) return { body, headers };
        await body.dump({ limit: 64 * 1024 });
        const { location } = headers;
        if (!redirects.includes(statusCode) || typeof location !== 'string')
          throw new Error(`it answers ${statusCode}`);
        url = new URL(location, url);
      }
      throw new Error(`it redirects more than ${maxRedirects} times`);
    } catch (cause) {
      signal.throwIfAborted();
      throw new UserError(`${shownUrl(url)} could not be fetched: ${messageOf(cause)}`, {
        field: this.#options.field,
        cause,
      });
    }
  }

  /** Names are looked at when they are resolved: the very address that is dialled. */
  #requireAllowed(url: URL): void {
    const { protocol, hostname } = url;
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new Error(`expected http or https, not ${protocol}`);
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !this.#options.networks.allows(address)) throw this.#notAllowed(address);
  }

  async #openAgent(): Promise<Agent> {
    const { networks, authorities } = this.#options;
    return new Agent({
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      connect: {
        timeout: silenceMs,
        ca: [...(await authorities())],
        lookup: allowedLookup(networks, (host) => this.#notAllowed(host)),
      },
    });
  }

  #notAllowed(host: string): Error {
    const { what, setting } = this.#options;
    return new Error(remoteRefusal(host, `where ${what} are not fetched from`, setting));
  }
}

/** A URL without its query, which may be a signature. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`.slice(0, 300);
}
