import { once } from 'node:events';
import {
  createServer,
  ServerResponse,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { offerUpgrade } from '../api/http/upgrade.js';
import { freePort } from '../free-port.js';
import { believeProxies, type BelievedProxies } from './passed-connections.js';

export interface ListenOptions {
  /** Default: a minute. */
  readonly receiveMs?: number;
  /** The setting that asks for just this port; absent: a taken one is replaced by a free one. */
  readonly portFixedBy?: string | undefined;
  /** Absent: plain HTTP. */
  readonly tls?: SecureContextOptions | undefined;
  /** Absent: none are believed. */
  readonly proxies?: BelievedProxies;
}

/**
 * Longer than load balancers keep an idle connection (60 s, nginx and AWS) and use it again:
 * a request that crosses the end of its connection is lost, and they answer 502.
 */
const idleMs = 75_000;

/** An HTTP or HTTPS server on one address. */
export class HttpListener {
  private constructor(
    private readonly server: Server | TlsServer,
    readonly port: number,
    /** Connections that speak another protocol now: the server itself forgets them. */
    private readonly upgraded: ReadonlySet<Socket>,
  ) {}

  /**
   * Listens on `port`, or on a free one when it is taken and not fixed. A request must have come, body and all, within
   * `receiveMs`; answers may take any time.
   */
  static async listen(
    host: string,
    port: number,
    handle: RequestListener,
    { receiveMs = 60_000, tls, portFixedBy, proxies }: ListenOptions = {},
  ): Promise<HttpListener> {
    const patience = { requestTimeout: receiveMs, connectionsCheckingInterval: receiveMs / 4 };
    const server =
      tls === undefined ? createServer(patience, handle) : createTlsServer({ ...patience, ...tls }, handle);
    server.keepAliveTimeout = idleMs;
    if (proxies !== undefined) believeProxies(server, proxies);
    const upgraded = new Set<Socket>();
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      upgraded.add(socket);
      socket.on('close', () => upgraded.delete(socket));
      upgrade(handle, request, socket, head, receiveMs);
    });
    server.listen(await freePort(host, port, portFixedBy), host);
    await once(server, 'listening');
    return new HttpListener(server, (server.address() as AddressInfo).port, upgraded);
  }

  /**
   * The certificate of connections from now on; those that are open keep theirs. Of no effect on plain HTTP.
   */
  useCertificate(tls: SecureContextOptions): void {
    if ('setSecureContext' in this.server) this.server.setSecureContext(tls);
  }

  /** Lets requests under way end for `graceMs`, then cuts them. */
  async close(graceMs: number): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeIdleConnections();
    const cut = setTimeout(() => {
      this.server.closeAllConnections();
      for (const socket of this.upgraded) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(cut);
  }
}

/**
 * Has the request handled like any other: who may do what is said in one place. An answer that is no upgrade
 * ends the connection, whether the client ends its side or not; so do `idleMs` in which nothing is sent. A
 * WebSocket has no such limit any more.
 */
function upgrade(
  handle: RequestListener,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  idleMs: number,
): void {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(idleMs, () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.destroySoon());
  offerUpgrade(request, { socket, head, response });
  handle(request, response as Parameters<RequestListener>[1]);
}
