import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { messageOf } from '../../../base/errors.js';
import { AcmeProblem, AcmeUnreachable, readProblem } from './acme-problem.js';
import { retryAfterMs } from './retry-after.js';

const requestMs = 30_000;
const maxAnswerBytes = 1024 ** 2;
const userAgent = 'deis-classic';

export interface AcmeAnswer {
  readonly body: string;
  readonly location: string | undefined;
  readonly nonce: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface AcmeRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Requests to one CA, through the proxies of the environment (HTTPS_PROXY, NO_PROXY). */
export class AcmeHttp {
  readonly #agent: EnvHttpProxyAgent;

  /** @param ca PEM of authorities that are trusted to speak for the CA's host, beside those of Node.js */
  constructor(
    private readonly now: () => Date,
    ca?: string,
  ) {
    const trust = { ca: [...rootCertificates, ...(ca === undefined ? [] : [ca])] };
    this.#agent = new EnvHttpProxyAgent({
      connect: trust,
      requestTls: trust,
      maxResponseSize: maxAnswerBytes,
    });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  /** @throws AcmeProblem for a refusal, AcmeUnreachable when nothing came back; the signal's reason */
  async ask({ method, url, body, signal }: AcmeRequest): Promise<AcmeAnswer> {
    const { answer, text } = await this.#send(method, url, body, signal);
    const headerOf = (name: string): string | undefined => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const retry = retryAfterMs(headerOf('retry-after'), this.now());
    const nonce = headerOf('replay-nonce');
    if (answer.statusCode >= 400)
      throw new AcmeProblem(answer.statusCode, readProblem(jsonOf(text)), retry, nonce);
    return { body: text, location: headerOf('location'), nonce, retryAfterMs: retry };
  }

  async #send(
    method: AcmeRequest['method'],
    url: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<{ answer: Dispatcher.ResponseData; text: string }> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
    const headers = {
      'user-agent': userAgent,
      ...(body === undefined ? {} : { 'content-type': 'application/jose+json' }),
    };
    try {
      const answer = await request(url, {
        method,
        headers,
        body: body ?? null,
        signal: within,
        dispatcher: this.#agent,
      });
      return { answer, text: await answer.body.text() };
    } catch (error) {
      signal.throwIfAborted();
      const why = within.aborted ? `no answer within ${requestMs / 1000} s` : messageOf(error);
      throw new AcmeUnreachable(`${new URL(url).host} does not answer: ${why}`, { cause: error });
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
