import {
  authorizationSchema,
  directorySchema,
  orderSchema,
  readAnswer,
  renewalInfoSchema,
  type AcmeAuthorization,
  type AcmeDirectory,
  type AcmeOrder,
} from './acme-answers.js';
import type { AcmeAnswer, AcmeHttp } from './acme-http.js';
import { AcmeProblem, AcmeUnreachable } from './acme-problem.js';
import { signedBody, type Signer } from './jws.js';

/** An order with its URL, and how long the CA asks to wait until it is looked at again. */
export interface SeenOrder extends AcmeOrder {
  readonly url: string;
  readonly retryAfterMs: number | undefined;
}

export interface SeenAuthorization extends AcmeAuthorization {
  readonly retryAfterMs: number | undefined;
}

/** When a CA would have a certificate renewed (RFC 9773). */
export interface RenewalInfo {
  readonly start: Date;
  readonly end: Date;
  readonly explanation: string | undefined;
  /** When to ask again. */
  readonly retryAfterMs: number | undefined;
}

/** A CA may refuse a nonce at any time, and gives a good one with the refusal. */
const maxBadNonces = 8;

/**
 * The ACME protocol (RFC 8555, RFC 9773) with one CA: one method, one request, and a nonce where one is needed. It
 * waits for nothing and repeats nothing but what was refused for its nonce. All throw AcmeProblem and AcmeUnreachable.
 */
export class AcmeClient {
  #directory: AcmeDirectory | undefined;
  #nonce: string | undefined;

  constructor(
    private readonly http: AcmeHttp,
    private readonly directoryUrl: string,
  ) {}

  async directory(signal: AbortSignal): Promise<AcmeDirectory> {
    if (this.#directory !== undefined) return this.#directory;
    const { body } = await this.http.ask({ method: 'GET', url: this.directoryUrl, signal });
    return (this.#directory = readAnswer(directorySchema, body, this.directoryUrl));
  }

  /** The URL of the key's account, which is made where there is none; its terms are agreed to. */
  async register(signer: Signer, contact: readonly string[], signal: AbortSignal): Promise<string> {
    const { newAccount } = await this.directory(signal);
    const payload = { termsOfServiceAgreed: true, ...(contact.length > 0 ? { contact } : {}) };
    const { location } = await this.#post({ key: signer.key }, newAccount, payload, signal);
    return location ?? noLocation(newAccount);
  }

  /** @param replaces the renewal id of the certificate that this one is to follow, where the CA knows of such */
  async newOrder(
    signer: Signer,
    names: readonly string[],
    replaces: string | undefined,
    signal: AbortSignal,
  ): Promise<SeenOrder> {
    const { newOrder, renewalInfo } = await this.directory(signal);
    const payload = {
      identifiers: names.map((value) => ({ type: 'dns', value })),
      ...(replaces === undefined || renewalInfo === undefined ? {} : { replaces }),
    };
    const answer = await this.#post(signer, newOrder, payload, signal);
    return orderOf(answer.location ?? noLocation(newOrder), answer);
  }

  async order(signer: Signer, url: string, signal: AbortSignal): Promise<SeenOrder> {
    return orderOf(url, await this.#post(signer, url, undefined, signal));
  }

  async authorization(signer: Signer, url: string, signal: AbortSignal): Promise<SeenAuthorization> {
    const { body, retryAfterMs } = await this.#post(signer, url, undefined, signal);
    return { ...readAnswer(authorizationSchema, body, url), retryAfterMs };
  }

  /** Tells the CA that a challenge is answered from now on. */
  async ready(signer: Signer, challengeUrl: string, signal: AbortSignal): Promise<void> {
    await this.#post(signer, challengeUrl, {}, signal);
  }

  /** @param request in DER */
  async finalize(signer: Signer, order: SeenOrder, request: Buffer, signal: AbortSignal): Promise<SeenOrder> {
    const payload = { csr: request.toString('base64url') };
    return orderOf(order.url, await this.#post(signer, order.finalize, payload, signal));
  }

  /** The chain, PEM, leaf first. */
  async certificate(signer: Signer, url: string, signal: AbortSignal): Promise<string> {
    return (await this.#post(signer, url, undefined, signal)).body;
  }

  /** undefined when the CA does not offer it. @param id see `renewalId` */
  async renewalInfo(id: string, signal: AbortSignal): Promise<RenewalInfo | undefined> {
    const { renewalInfo } = await this.directory(signal);
    if (renewalInfo === undefined) return undefined;
    const url = `${renewalInfo}/${id}`;
    const { body, retryAfterMs } = await this.http.ask({ method: 'GET', url, signal });
    const { suggestedWindow, explanationURL } = readAnswer(renewalInfoSchema, body, url);
    return { ...suggestedWindow, explanation: explanationURL, retryAfterMs };
  }

  async #post(
    signer: Signer,
    url: string,
    payload: object | undefined,
    signal: AbortSignal,
  ): Promise<AcmeAnswer> {
    for (let refused = 0; ; refused++) {
      const nonce = await this.#takeNonce(signal);
      try {
        const body = signedBody(signer, { url, nonce }, payload);
        const answer = await this.http.ask({ method: 'POST', url, body, signal });
        this.#nonce = answer.nonce;
        return answer;
      } catch (error) {
        if (!(error instanceof AcmeProblem)) throw error;
        this.#nonce = error.nonce;
        if (error.problem.type !== 'badNonce' || refused >= maxBadNonces) throw error;
      }
    }
  }

  /** Good for one request. */
  async #takeNonce(signal: AbortSignal): Promise<string> {
    const kept = this.#nonce;
    this.#nonce = undefined;
    if (kept !== undefined) return kept;
    const { newNonce } = await this.directory(signal);
    const { nonce } = await this.http.ask({ method: 'HEAD', url: newNonce, signal });
    if (nonce === undefined) throw new AcmeUnreachable(`${new URL(newNonce).host} gave no nonce`);
    return nonce;
  }
}

function orderOf(url: string, { body, retryAfterMs }: AcmeAnswer): SeenOrder {
  return { ...readAnswer(orderSchema, body, url), url, retryAfterMs };
}

function noLocation(url: string): never {
  throw new AcmeUnreachable(`${new URL(url).host} did not say where its answer is`);
}
