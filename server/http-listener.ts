import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { freePort } from './free-port.js';

export interface ListenOptions {
  /** Default: a minute. */
  readonly receiveMs?: number;
  /** Absent: plain HTTP. */
  readonly tls?: SecureContextOptions | undefined;
}

/** An HTTP or HTTPS server on one address. */
export class HttpListener {
  private constructor(
    private readonly server: Server | TlsServer,
    readonly port: number,
  ) {}

  /** Listens on `port`, or on a free one when it is taken. A request must have come, body and all, within `receiveMs`; answers may take any time. */
  static async listen(host: string, port: number, handle: RequestListener, { receiveMs = 60_000, tls }: ListenOptions = {}): Promise<HttpListener> {
    const patience = { requestTimeout: receiveMs, connectionsCheckingInterval: receiveMs / 4 };
    const server = tls === undefined ? createServer(patience, handle) : createTlsServer({ ...patience, ...tls }, handle);
    server.listen(await freePort(host, port), host);
    await once(server, 'listening');
    return new HttpListener(server, (server.address() as AddressInfo).port);
  }

  /** The certificate of connections from now on; those that are open keep theirs. Of no effect on plain HTTP. */
  useCertificate(tls: SecureContextOptions): void {
    if ('setSecureContext' in this.server) this.server.setSecureContext(tls);
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
