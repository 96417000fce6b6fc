import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitUntil } from '../../base/wait-until.js';

const bare = '<!doctype html><html lang="en"><title>Bare</title><h1>Bare</h1></html>';
const batch = 500;

/**
 * Before a controller: passes everything on, but the log that a page follows, which it tells itself as fast as the
 * page reads. `/bare` is a page of one heading: what a browser takes for any page.
 */
export class ChattyFront {
  #stream: ServerResponse | undefined;
  #told = 0;

  private constructor(
    private readonly server: Server,
    private readonly controller: URL,
  ) {}

  static async start(controllerUrl: string): Promise<ChattyFront> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const front = new ChattyFront(server, new URL(controllerUrl));
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => front.#serve(asked, answer));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Tells lines until there are so many in all: `line N of ...`. */
  async tell(count: number): Promise<void> {
    const stream = await waitUntil(async () => this.#stream, {
      deadlineMs: 30_000,
      intervalMs: 20,
      what: 'a page that follows the log',
    });
    while (this.#told < count) {
      const until = Math.min(count, this.#told + batch);
      let text = '';
      while (this.#told < until) {
        this.#told += 1;
        const line = `2026-01-01T00:00:00.000Z app[web.1]: line ${this.#told} of ${'a request. '.repeat(6)}`;
        text += `event: line\ndata: ${JSON.stringify({ text: line })}\n\n`;
      }
      if (!stream.write(text)) await once(stream, 'drain', { signal: AbortSignal.timeout(60_000) });
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #serve(asked: IncomingMessage, answer: ServerResponse): void {
    const path = asked.url ?? '/';
    if (path === '/bare') return void answer.setHeader('Content-Type', 'text/html').end(bare);
    if (path.includes('/logs/follow')) {
      this.#stream = answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return this.#stream.flushHeaders();
    }
    const { hostname, port } = this.controller;
    const { method, headers } = asked;
    const passed = request({ hostname, port, path, method, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers);
      said.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }
}
