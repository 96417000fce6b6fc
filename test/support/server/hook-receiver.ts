import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody on loopback who is told of alerts, and answers 204. */
export class HookReceiver {
  readonly heard: { readonly signature: string; readonly body: string }[] = [];
  readonly #server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      this.heard.push({ signature: String(request.headers['deis-signature']), body });
      response.writeHead(204).end();
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/deis`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }
}
