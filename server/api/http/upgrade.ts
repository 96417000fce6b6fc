import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { HttpError } from './http-error.js';

interface Offer {
  readonly socket: Socket;
  readonly head: Buffer;
  readonly response: ServerResponse;
}

/** Bytes of one message. */
const maxPayload = 1024 * 1024;
const offers = new WeakMap<IncomingMessage, Offer>();
const server = new WebSocketServer({ noServer: true, maxPayload: maxPayload });

/**
 * Keeps what a request to change the protocol came with, for the endpoint that takes it, once the caller is
 * known.
 */
export function offerUpgrade(request: IncomingMessage, offer: Offer): void {
  offers.set(request, offer);
}

/**
 * Refuses WebSockets. Offers of other protocols are passed over, as RFC 9110 section 7.8 lets a server do:
 * some HTTP clients offer `h2c` with every request.
 * @throws HttpError 400 for a request to speak WebSocket
 */
export function refuseUpgrade(request: IncomingMessage): void {
  if (offers.has(request) && request.headers.upgrade?.toLowerCase() === 'websocket')
    throw new HttpError(400, 'nothing can be upgraded here: ask again without the header Upgrade');
}

/**
 * The request's connection as a WebSocket (RFC 6455). @throws HttpError 426 when it asked for none, 400 when its
 * handshake is not one
 */
export function acceptWebSocket(request: IncomingMessage): WebSocket {
  const offer = offers.get(request);
  if (offer === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket')
    throw new HttpError(426, 'this needs a WebSocket: ask with Upgrade: websocket', {
      Upgrade: 'websocket',
      Connection: 'Upgrade',
    });
  requireHandshake(request);
  offers.delete(request);
  offer.response.detachSocket(offer.socket);
  let accepted: WebSocket | undefined;
  // It calls back at once, or never: then it has answered and closed the connection itself.
  server.handleUpgrade(request, offer.socket, offer.head, (socket) => (accepted = socket));
  if (accepted === undefined) throw new HttpError(400, 'this is not a handshake of a WebSocket');
  return accepted;
}

function requireHandshake({ headers }: IncomingMessage): void {
  const { 'sec-websocket-key': key = '', 'sec-websocket-version': version = '' } = headers;
  if (!/^[+/0-9A-Za-z]{22}==$/.test(key))
    throw new HttpError(400, 'Sec-WebSocket-Key is not a valid key: expected 16 bytes as base64');
  if (version !== '13')
    throw new HttpError(400, 'Sec-WebSocket-Version is not a valid version: expected 13', {
      'Sec-WebSocket-Version': '13',
    });
}
