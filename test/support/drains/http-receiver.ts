import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { MadeCertificate } from '../server/make-certificate.js';

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Milliseconds since the beginning of this process. */
  readonly at: number;
  readonly status: number;
}

/** What it answers; `hang`: nothing at all; `break`: it ends the connection. */
export type Behaviour =
  { readonly status: number; readonly headers?: Record<string, string> } | 'hang' | 'break';

/** A server of https that takes what is posted, and behaves as it is told. */
export class HttpReceiver {
  readonly requests: Received[] = [];
  behave: (body: string) => Behaviour = () => ({ status: 204 });
  port = 0;
  #server: Server | undefined;

  constructor(private readonly tls: MadeCertificate) {}

  /** On the port of before, when it was started before. */
  async start(): Promise<void> {
    const { certificate: cert, key } = this.tls;
    const server = createServer({ cert, key }, (request, response) => void this.#answer(request, response));
    this.#server = server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Those that it said it has. */
  get taken(): Received[] {
    return this.requests.filter(({ status }) => status >= 200 && status < 300);
  }

  /** Lines of JSON that it has. */
  get lines(): Record<string, string>[] {
    return this.taken.flatMap(({ body }) =>
      body
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, string>),
    );
  }

  get texts(): string[] {
    return this.lines.map(({ message }) => message!);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = gunzipSync(Buffer.concat(chunks)).toString('utf8');
    const behaviour = this.behave(body);
    const status = typeof behaviour === 'string' ? 0 : behaviour.status;
    const { url: path = '', headers } = request;
    this.requests.push({ path, headers, body, at: performance.now(), status });
    if (behaviour === 'hang') return;
    if (behaviour === 'break') return void request.socket.destroy();
    response.writeHead(behaviour.status, behaviour.headers).end('an answer with words\n');
  }
}
