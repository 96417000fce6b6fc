import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from './free-port.js';

/** An HTTP server on one address. */
export class HttpListener {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Listens on `port`, or on a free one when it is taken. A request must have come, body and all, within `receiveMs`; answers may take any time. */
  static async listen(host: string, port: number, handle: RequestListener, { receiveMs = 60_000 } = {}): Promise<HttpListener> {
    const server = createServer({ requestTimeout: receiveMs, connectionsCheckingInterval: receiveMs / 4 }, handle);
    server.listen(await freePort(host, port), host);
    await once(server, 'listening');
    return new HttpListener(server, (server.address() as AddressInfo).port);
  }

  /** Lets requests under way end for `graceMs`, then cuts them. */
  async close(graceMs: number): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeIdleConnections();
    const cut = setTimeout(() => this.server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  }
}
