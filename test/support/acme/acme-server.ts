import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { renewalId, validityOf } from '../../../server/certificates/issued-certificate.js';
import { TestAuthority } from './test-authority.js';

/** What the CA says instead of what was asked for; `gone` breaks the connection. */
export type AcmeFault =
  | 'gone'
  | { readonly status: number; readonly type: string; readonly detail: string; readonly retryAfter?: number };

interface Order {
  readonly id: string;
  readonly names: readonly string[];
  readonly authorizations: readonly string[];
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  chain?: string;
}

interface Authorization {
  readonly name: string;
  readonly token: string;
  status: 'pending' | 'valid' | 'invalid';
  error?: { readonly type: string; readonly detail: string };
}

interface Jws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

type Jwk = { readonly crv: string; readonly kty: string; readonly x: string; readonly y: string };
interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly location?: string;
  readonly retryAfter?: number;
}

/**
 * A CA of a few lines that speaks ACME over HTTP, by the test's clock. It checks signatures, nonces and challenges, and
 * counts what it is asked.
 */
export class AcmeServer {
  readonly #server: Server;
  readonly #authority = new TestAuthority();
  readonly #accounts = new Map<string, { key: Jwk; thumbprint: string }>();
  readonly #orders = new Map<string, Order>();
  readonly #authorizations = new Map<string, Authorization>();
  readonly #nonces = new Set<string>();
  #requests = 0;
  /** Each request of the protocol with its time, e.g. `new-order`. */
  readonly asked: { readonly what: string; readonly at: Date }[] = [];
  lifetimeMs = 90 * 86_400_000;
  /** Part of the lifetime in which certificates are to be renewed; undefined: the CA does not say. */
  window: readonly [start: number, end: number] | undefined;
  explanation: string | undefined;
  /** Renewal ids that orders said they follow. */
  readonly replaced: string[] = [];
  /** Each request of this kind fails so; asked with the kind. */
  fault: (what: string) => AcmeFault | undefined = () => undefined;
  /** What a name's validation ends with, before its host is asked. */
  refuse: (name: string) => { type: string; detail: string } | undefined = () => undefined;
  /** How often an order is `processing` before it is valid, and what Retry-After says then. */
  processing = { looks: 0, retryAfter: 0 };
  /** One nonce in so many is refused. */
  badNonceEvery = 3;
  caaIdentities: readonly string[] = ['ca.test'];

  /** @param validate GETs the challenge of a name; resolves to what its host answered */
  private constructor(
    private readonly now: () => Date,
    private readonly validate: (name: string, path: string) => Promise<string>,
  ) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(
    now: () => Date,
    validate: (name: string, path: string) => Promise<string>,
  ): Promise<AcmeServer> {
    const server = new AcmeServer(now, validate);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get directoryUrl(): string {
    return `${this.#url}/directory`;
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often it was asked this, not counting what it refused for its nonce: that is asked again. */
  count(what: string): number {
    return this.asked.filter((each) => each.what === what).length;
  }

  forgetAccounts(): void {
    this.#accounts.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, what = '', id = ''] = (request.url ?? '').split('/');
    const fault = this.fault(what);
    if (fault === 'gone') return void request.socket.destroy();
    const entry = { what, at: this.now() };
    this.asked.push(entry);
    this.#requests += 1;
    const refused = (error: unknown): Reply => {
      if (error instanceof BadNonce) this.asked.splice(this.asked.indexOf(entry), 1);
      return trouble(error);
    };
    const reply = fault === undefined ? await this.#reply(request, what, id).catch(refused) : problem(fault);
    const nonce = randomUUID();
    this.#nonces.add(nonce);
    response.writeHead(reply.status ?? 200, {
      'replay-nonce': nonce,
      ...(reply.location === undefined ? {} : { location: reply.location }),
      ...(reply.retryAfter === undefined ? {} : { 'retry-after': String(reply.retryAfter) }),
    });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  }

  async #reply(request: IncomingMessage, what: string, id: string): Promise<Reply> {
    if (what === 'directory') return { body: this.#directory() };
    if (what === 'new-nonce') return {};
    if (what === 'renewal-info') return this.#renewalInfo(id);
    const { jwk, kid, payload } = this.#verified((await json(request)) as Jws, `${this.#url}${request.url}`);
    if (what === 'new-account') return this.#newAccount(jwk!);
    const account = this.#accounts.get(kid ?? '');
    if (account === undefined)
      return problem({ status: 400, type: 'accountDoesNotExist', detail: 'no such account' });
    if (what === 'new-order')
      return this.#newOrder(payload as { identifiers: { value: string }[]; replaces?: string });
    if (what === 'order') return this.#order(id);
    if (what === 'authorization') return this.#authorization(id);
    if (what === 'challenge') return this.#challenge(id, account.thumbprint);
    if (what === 'finalize') return this.#finalize(id, (payload as { csr: string }).csr);
    if (what === 'certificate') return { body: this.#orders.get(id)!.chain! };
    return problem({ status: 404, type: 'malformed', detail: `no ${what}` });
  }

  #directory(): Record<string, unknown> {
    const at = (path: string): string => `${this.#url}/${path}`;
    return {
      newNonce: at('new-nonce'),
      newAccount: at('new-account'),
      newOrder: at('new-order'),
      ...(this.window === undefined ? {} : { renewalInfo: at('renewal-info') }),
      meta: { termsOfService: at('terms'), caaIdentities: this.caaIdentities },
    };
  }

  #verified(jws: Jws, url: string): { jwk?: Jwk; kid?: string; payload: unknown } {
    const header = JSON.parse(Buffer.from(jws.protected, 'base64url').toString()) as {
      alg: string;
      nonce: string;
      url: string;
      jwk?: Jwk;
      kid?: string;
    };
    if (header.url !== url || header.alg !== 'ES256') throw new Error(`signed for ${header.url}`);
    const isKnown = this.#nonces.delete(header.nonce);
    if (!isKnown || this.#requests % this.badNonceEvery === 0) throw new BadNonce();
    const jwk = header.jwk ?? this.#accounts.get(header.kid ?? '')?.key;
    const key = jwk && createPublicKey({ key: jwk, format: 'jwk' });
    const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
    const signature = Buffer.from(jws.signature, 'base64url');
    if (key !== undefined && !verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error('the signature is not good');
    const text = Buffer.from(jws.payload, 'base64url').toString();
    return { ...header, payload: text === '' ? undefined : JSON.parse(text) };
  }

  #newAccount({ crv, kty, x, y }: Jwk): Reply {
    const key = { crv, kty, x, y };
    const thumbprint = createHash('sha256').update(JSON.stringify(key)).digest('base64url');
    const location = `${this.#url}/account/${thumbprint}`;
    this.#accounts.set(location, { key, thumbprint });
    return { status: 201, location, body: { status: 'valid' } };
  }

  #newOrder({ identifiers, replaces }: { identifiers: { value: string }[]; replaces?: string }): Reply {
    if (replaces !== undefined) this.replaced.push(replaces);
    const names = identifiers.map(({ value }) => value);
    const authorizations = names.map((name) => {
      const id = randomUUID();
      this.#authorizations.set(id, { name, token: randomUUID().replaceAll('-', ''), status: 'pending' });
      return id;
    });
    const order: Order = { id: randomUUID(), names, authorizations, status: 'pending' };
    this.#orders.set(order.id, order);
    return { status: 201, location: `${this.#url}/order/${order.id}`, body: this.#orderBody(order) };
  }

  #order(id: string): Reply {
    const order = this.#orders.get(id);
    if (order === undefined) return problem({ status: 404, type: 'malformed', detail: 'no such order' });
    if (order.status === 'pending') {
      const states = order.authorizations.map((each) => this.#authorizations.get(each)!.status);
      if (states.includes('invalid')) order.status = 'invalid';
      else if (states.every((state) => state === 'valid')) order.status = 'ready';
    }
    if (order.status === 'processing' && this.processing.looks-- <= 0) order.status = 'valid';
    const { retryAfter } = this.processing;
    return { body: this.#orderBody(order), ...(order.status === 'processing' ? { retryAfter } : {}) };
  }

  #orderBody({ id, names, authorizations, status }: Order): Record<string, unknown> {
    return {
      status,
      identifiers: names.map((value) => ({ type: 'dns', value })),
      authorizations: authorizations.map((each) => `${this.#url}/authorization/${each}`),
      finalize: `${this.#url}/finalize/${id}`,
      ...(status === 'valid' ? { certificate: `${this.#url}/certificate/${id}` } : {}),
    };
  }

  #authorization(id: string): Reply {
    const { name, token, status, error } = this.#authorizations.get(id)!;
    return {
      body: {
        status,
        identifier: { type: 'dns', value: name },
        challenges: [
          { type: 'dns-01', url: `${this.#url}/other/${id}`, status: 'pending', token },
          { type: 'http-01', url: `${this.#url}/challenge/${id}`, status, token, error },
        ],
      },
    };
  }

  async #challenge(id: string, thumbprint: string): Promise<Reply> {
    const authorization = this.#authorizations.get(id)!;
    const { name, token } = authorization;
    const refused = this.refuse(name);
    const answer =
      refused === undefined && (await this.validate(name, `/.well-known/acme-challenge/${token}`));
    const isGood = answer === `${token}.${thumbprint}`;
    authorization.status = isGood ? 'valid' : 'invalid';
    if (!isGood)
      authorization.error = refused ?? { type: 'unauthorized', detail: `${name} answered ${answer}` };
    return { body: {} };
  }

  #finalize(id: string, csr: string): Reply {
    const order = this.#orders.get(id)!;
    if (order.status !== 'ready')
      return problem({ status: 403, type: 'orderNotReady', detail: order.status });
    const from = new Date(Math.floor(this.now().getTime() / 1000) * 1000);
    const until = new Date(from.getTime() + this.lifetimeMs);
    order.chain = this.#authority.issue(Buffer.from(csr, 'base64url'), order.names, from, until);
    order.status = this.processing.looks > 0 ? 'processing' : 'valid';
    return { body: this.#orderBody(order) };
  }

  #renewalInfo(id: string): Reply {
    const [from = 0, to = 0] = this.window ?? [];
    for (const { chain } of this.#orders.values())
      if (chain !== undefined && renewalId(chain) === id) {
        const begin = validityOf(chain).from.getTime();
        const at = (part: number): string => new Date(begin + part * this.lifetimeMs).toISOString();
        const suggestedWindow = { start: at(from), end: at(to) };
        return { body: { suggestedWindow, explanationURL: this.explanation }, retryAfter: 21_600 };
      }
    return problem({ status: 404, type: 'malformed', detail: 'no such certificate' });
  }
}

class BadNonce extends Error {}

function trouble(error: unknown): Reply {
  return error instanceof BadNonce
    ? problem({ status: 400, type: 'badNonce', detail: 'the nonce is not good' })
    : problem({ status: 500, type: 'serverInternal', detail: String(error) });
}

function problem({ status, type, detail, retryAfter }: Exclude<AcmeFault, 'gone'>): Reply {
  const body = { type: `urn:ietf:params:acme:error:${type}`, detail };
  return { status, body, ...(retryAfter === undefined ? {} : { retryAfter }) };
}
