import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface FakeEvent {
  readonly id?: number;
  readonly event: string;
  readonly data: unknown;
}

type Handler = (request: FakeRequest, response: ServerResponse) => void;

/**
 * A controller's HTTP API of scripted answers, one per method and path; whatever is not scripted is a 404
 * problem.
 */
export class FakeController {
  readonly requests: FakeRequest[] = [];
  readonly #handlers = new Map<string, Handler>();
  #server: Server;
  #port = 0;

  constructor() {
    this.#server = this.#newServer();
    this.answer('GET /api/info', 200, this.info());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  info(overrides: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      version: '0.1.0',
      instance: '0badcafe',
      registration: 'setup',
      git: {
        host: '127.0.0.1',
        port: 2222,
        host_keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfTheFakeController'],
      },
      oidc: null,
      ...overrides,
    };
  }

  /** Listens on the same port again after `stop`. */
  async start(): Promise<this> {
    this.#server = this.#newServer();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Goes as a killed process does: every connection breaks. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  on(route: string, handler: Handler): void {
    this.#handlers.set(route, handler);
  }

  /** `answer('GET /api/keys', 200, body)`: JSON, or nothing for undefined. */
  answer(route: string, status: number, body?: unknown, headers: Record<string, string> = {}): void {
    this.on(route, (_request, response) => {
      response.writeHead(status, {
        'content-type': status >= 400 ? 'application/problem+json' : 'application/json',
        ...headers,
      });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  list(route: string, results: readonly unknown[]): void {
    this.answer(`GET ${route}`, 200, { count: results.length, next: null, previous: null, results });
  }

  problem(route: string, status: number, detail: string, more: Record<string, unknown> = {}): void {
    this.answer(route, status, { type: 'about:blank', title: 'Problem', status, detail, ...more });
  }

  /** A long action that is accepted as operation `op-1`, whose events and end are these. */
  operation(route: string, events: readonly FakeEvent[], ended: Record<string, unknown>): void {
    this.answer(route, 202, operation({ state: 'queued' }), { location: '/api/operations/op-1' });
    this.answer(
      'GET /api/operations/op-1',
      200,
      operation({ finished_at: '2026-01-01T00:00:02.000Z', ...ended }),
    );
    this.on('GET /api/operations/op-1/events', (request, response) => {
      const after = Number(request.headers['last-event-id'] ?? 0);
      openStream(response);
      for (const event of events) if ((event.id ?? 0) > after) sendEvent(response, event);
      response.end();
    });
  }

  /** Requests to a path, query not counted. */
  to(route: string): FakeRequest[] {
    return this.requests.filter((request) => `${request.method} ${request.path.split('?')[0]}` === route);
  }

  #newServer(): Server {
    return createServer((message, response) => void this.#serve(message, response));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const request: FakeRequest = {
      method: message.method ?? '',
      path: message.url ?? '',
      headers: message.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    this.requests.push(request);
    const handler =
      this.#handlers.get(`${request.method} ${request.path}`) ??
      this.#handlers.get(`${request.method} ${request.path.split('?')[0]}`);
    if (handler !== undefined) return handler(request, response);
    response.writeHead(404, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: `nothing at ${request.path}`,
      }),
    );
  }
}

/** OP of the API contract. */
export function operation(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'op-1',
    kind: 'scale-layers',
    formation: 'peachy',
    state: 'succeeded',
    step: null,
    requested_by: 'ada',
    position: null,
    waits_for: null,
    waiting_for: null,
    age_seconds: null,
    holder: null,
    heartbeat_at: null,
    error: null,
    result: {},
    created_at: '2026-01-01T00:00:00.000Z',
    started_at: null,
    finished_at: null,
    ...overrides,
  };
}

export function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

export function sendEvent(response: ServerResponse, { id, event, data }: FakeEvent): void {
  response.write(
    `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
  );
}
