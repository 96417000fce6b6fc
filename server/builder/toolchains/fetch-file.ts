import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, request, RetryAgent, type Dispatcher } from 'undici';
import { messageOf, UserError } from '../../../base/errors.js';

/** Longer than an answer's head takes, also of a slow mirror. */
const answerMs = 30_000;

export interface FetchLimits {
  readonly deadlineMs: number;
  readonly maxBytes: number;
}

/**
 * GETs from a registry on behalf of builds: through the proxies of the environment (HTTPS_PROXY, NO_PROXY),
 * trusting an operator's authorities, again where a connection breaks.
 */
export class RegistryClient {
  #agent: Promise<Dispatcher> | undefined;

  /** @param caBundle a file of certificate authorities, trusted beside those of Node.js */
  constructor(private readonly caBundle: string | null) {}

  /** The body of an answer of status 200. @throws UserError that names the URL for everything else */
  async text(url: string, limits: FetchLimits): Promise<string> {
    const parts: Buffer[] = [];
    await this.#read(url, limits, async (chunks) => {
      for await (const chunk of chunks) parts.push(chunk);
    });
    return Buffer.concat(parts).toString('utf8');
  }

  /** The same into a file. */
  async file(url: string, path: string, limits: FetchLimits): Promise<void> {
    await this.#read(url, limits, async (chunks, signal) => {
      await pipeline(chunks, createWriteStream(path), { signal });
    });
  }

  async #read(
    url: string,
    { deadlineMs, maxBytes }: FetchLimits,
    use: (chunks: AsyncIterable<Buffer>, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const signal = AbortSignal.timeout(deadlineMs);
    this.#agent ??= openAgent(this.caBundle);
    try {
      const dispatcher = await this.#agent;
      const { statusCode, body } = await request(url, { dispatcher, signal, headersTimeout: answerMs });
      if (statusCode !== 200) {
        await body.dump();
        throw new Error(`it answers ${statusCode}`);
      }
      await use(bounded(body as AsyncIterable<Buffer>, maxBytes), signal);
    } catch (cause) {
      const reason = signal.aborted ? `nothing whole came within ${deadlineMs / 1000} s` : messageOf(cause);
      throw new UserError(`${url} could not be fetched: ${reason}`, { cause });
    }
  }
}

/** Certificate authorities in PEM: those of Node.js, and those in a file of the operator's. */
export async function trustedAuthorities(caBundle: string | null): Promise<string[]> {
  return [...rootCertificates, ...(caBundle === null ? [] : [await readFile(caBundle, 'utf8')])];
}

async function openAgent(caBundle: string | null): Promise<Dispatcher> {
  const tls = { ca: await trustedAuthorities(caBundle) };
  return new RetryAgent(new EnvHttpProxyAgent({ connect: tls, requestTls: tls, proxyTls: tls }), {
    maxRetries: 3,
    minTimeout: 500,
    maxTimeout: 5000,
  });
}

async function* bounded(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`it is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB`);
    yield chunk;
  }
}
