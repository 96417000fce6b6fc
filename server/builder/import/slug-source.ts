import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { messageOf, UserError } from '../../../base/errors.js';
import { allowedLookup, type RemoteNetworks } from '../../remote-networks.js';
import { trustedAuthorities } from '../toolchains/fetch-file.js';

const maxRedirects = 3;
/** For a connection, for an answer's head, and for each part of its body. */
const silenceMs = 30_000;
const redirects: readonly number[] = [301, 302, 303, 307, 308];

export interface SlugSourceOptions {
  readonly networks: Pick<RemoteNetworks, 'allows'>;
  /** A file of certificate authorities, trusted beside those of Node.js. */
  readonly caBundle: string | null;
}

/**
 * GETs what a user names, on the user's behalf: so it asks no address that users must not reach through the
 * controller, however a name or a redirect leads there. It goes through no proxy, which would ask for it.
 */
export class SlugSource {
  readonly #options: SlugSourceOptions;
  #agent: Promise<Dispatcher> | undefined;

  constructor(options: SlugSourceOptions) {
    this.#options = options;
  }

  /**
   * The body of an answer of status 200. Its stream fails when the sender is silent, or `signal` aborts.
   * @throws UserError of the field `url` for everything else; no text holds the query, which may be a signature
   */
  async open(text: string, signal: AbortSignal): Promise<Readable> {
    let url = new URL(text);
    try {
      this.#agent ??= openAgent(this.#options.networks, this.#options.caBundle);
      const dispatcher = await this.#agent;
      for (let redirect = 0; redirect <= maxRedirects; redirect += 1) {
        this.#requireAllowed(url);
        const { statusCode, headers, body } = await request(url, { dispatcher, signal });
        if (statusCode === 200) return body;
        await body.dump({ limit: 64 * 1024 });
        const { location } = headers;
        if (!redirects.includes(statusCode) || typeof location !== 'string')
          throw new Error(`it answers ${statusCode}`);
        url = new URL(location, url);
      }
      throw new Error(`it redirects more than ${maxRedirects} times`);
    } catch (cause) {
      signal.throwIfAborted();
      throw new UserError(`${shown(url)} could not be fetched: ${messageOf(cause)}`, { field: 'url', cause });
    }
  }

  /** Names are looked at when they are resolved: the very address that is dialled. */
  #requireAllowed(url: URL): void {
    const { protocol, hostname } = url;
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new Error(`expected http or https, not ${protocol}`);
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !this.#options.networks.allows(address)) throw notAllowed(address);
  }
}

/** Without its query. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`.slice(0, 300);
}

async function openAgent(networks: SlugSourceOptions['networks'], caBundle: string | null): Promise<Agent> {
  return new Agent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connect: {
      timeout: silenceMs,
      ca: await trustedAuthorities(caBundle),
      lookup: allowedLookup(networks, notAllowed),
    },
  });
}

/** It does not say what a name resolves to. */
function notAllowed(host: string): Error {
  return new Error(
    `${host} is in a network of the controller's own or a private one, where slugs are not fetched from ` +
      '(the operator allows networks with DEIS_SLUG_SOURCES)',
  );
}
