import type { IncomingMessage } from 'node:http';
import { isIP, type Server, type Socket } from 'node:net';
import { amongNetworks } from '../../base/network.js';

/** Of a first line: `PROXY TCP6 ADDRESS ADDRESS PORT PORT` and its end, as the protocol bounds it. */
const maxLineBytes = 107;
const signature = Buffer.from('PROXY ');
/** A proxy sends the line at once. */
const lineMs = 5000;
/** What a client could have said of itself behind a proxy that passes its bytes on as they are. */
const ofClients = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'];

/** First byte of TLS: no request in clear begins so. */
const handshake = 0x16;

export interface BelievedProxies {
  /** Addresses that pass connections on as they are, and say whose by a first line. */
  readonly passedBy: readonly string[];
  /** Addresses and CIDRs that pass requests on, and say whose in `X-Forwarded-For`. */
  readonly requestProxies: readonly string[];
}

/** How a connection begins: with a line, or with what is neither that nor a part of one. */
type Beginning = { readonly line: FirstLine } | { readonly isTls: boolean };
interface FirstLine {
  /** Absent where the proxy knows none. */
  readonly client: string | undefined;
}

/**
 * Has a server believe addresses when they say by a first line whose connection they pass on (PROXY protocol, version
 * 1): its requests have that client in `X-Forwarded-For`, or none, whatever they said there. A connection of theirs
 * without such a line ends, unless they pass requests on, too: these come in clear, to a server with TLS as well, and
 * over TLS what they say of a client is dropped. Others are served as they come. Call it before requests are
 * listened for.
 */
export function believeProxies(server: Server, { passedBy, requestProxies }: BelievedProxies): void {
  if (passedBy.length === 0) return;
  const [passes, requests] = [amongNetworks(passedBy), amongNetworks(requestProxies)];
  const serve = server.listeners('connection') as ((socket: Socket) => void)[];
  const clients = new Map<string, FirstLine>();
  const begin = (socket: Socket): void => serve.forEach((each) => each.call(server, socket));
  const beginOf = (socket: Socket, client: FirstLine): void => {
    const peer = peerOf(socket);
    clients.set(peer, client);
    socket.once('close', () => clients.delete(peer));
    begin(socket);
  };
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (!passes(address)) return begin(socket);
    readBeginning(socket, (beginning) => {
      if ('line' in beginning) return beginOf(socket, beginning.line);
      if (!requests(address)) return void socket.destroy();
      if (beginning.isTls) return beginOf(socket, { client: undefined });
      if (hasTls(server)) server.emit('secureConnection', socket);
      else begin(socket);
    });
  });
  const tell = (request: IncomingMessage): void => tellClient(request, clients.get(peerOf(request.socket)));
  server.prependListener('request', tell);
  server.prependListener('upgrade', tell);
}

function tellClient({ headers }: IncomingMessage, line: FirstLine | undefined): void {
  if (line === undefined) return;
  for (const name of ofClients) Reflect.deleteProperty(headers, name);
  if (line.client !== undefined) headers['x-forwarded-for'] = line.client;
}

/** Such a server gives requests to who listens for connections whose TLS has begun. */
function hasTls(server: Server): boolean {
  return 'setSecureContext' in server;
}

/** Calls back with how the connection begins; one that begins with half a line, or a wrong one, ends. */
function readBeginning(socket: Socket, onBeginning: (beginning: Beginning) => void): void {
  let seen = Buffer.alloc(0);
  const drop = (): void => void socket.destroy();
  const timer = setTimeout(drop, lineMs);
  const end = (): void => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('close', end);
  };
  const goOn = (rest: Buffer, beginning: Beginning): void => {
    end();
    if (rest.length > 0) socket.unshift(rest);
    // A stream forgets in the next turn that it was read so.
    setImmediate(() => {
      socket.off('error', drop);
      if (!socket.destroyed) onBeginning(beginning);
    });
  };
  const onReadable = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    const known = Math.min(seen.length, signature.length);
    if (!seen.subarray(0, known).equals(signature.subarray(0, known)))
      return goOn(seen, { isTls: seen[0] === handshake });
    const length = seen.subarray(0, maxLineBytes).indexOf('\r\n');
    if (length >= 0) {
      const line = parseLine(seen.subarray(0, length).toString('latin1'));
      return line === undefined ? drop() : goOn(seen.subarray(length + 2), { line });
    }
    if (seen.length >= maxLineBytes) drop();
  };
  socket.on('error', drop).on('close', end).on('readable', onReadable);
}

/** @returns undefined for a line that is none of the protocol; without a client where the proxy knows none */
export function parseLine(line: string): FirstLine | undefined {
  const [word, family, client = '', target = '', ...ports] = line.split(' ');
  if (word !== 'PROXY') return undefined;
  if (family === 'UNKNOWN') return { client: undefined };
  const version = { TCP4: 4, TCP6: 6 }[family ?? ''];
  const isRight = version !== undefined && [client, target].every((address) => isIP(address) === version);
  return isRight && ports.length === 2 ? { client } : undefined;
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
}
