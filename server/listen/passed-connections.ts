import type { IncomingMessage } from 'node:http';
import { isIP, type Server, type Socket } from 'node:net';

/** Of a first line: `PROXY TCP6 ADDRESS ADDRESS PORT PORT` and its end, as the protocol bounds it. */
const maxLineBytes = 107;
const signature = Buffer.from('PROXY ');
/** A proxy sends the line at once. */
const lineMs = 5000;
/** What a client could have said of itself behind a proxy that passes its bytes on as they are. */
const ofClients = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'];

/**
 * Has a server believe these addresses when they say by a first line whose connection they pass on (PROXY protocol,
 * version 1): its requests have that client in `X-Forwarded-For`, whatever they said there. A connection of theirs
 * without such a line is one of their own; others are served as they come. Call it before requests are listened for.
 */
export function believeProxies(server: Server, proxies: readonly string[]): void {
  if (proxies.length === 0) return;
  const serve = server.listeners('connection') as ((socket: Socket) => void)[];
  const clients = new Map<string, string>();
  const begin = (socket: Socket): void => serve.forEach((each) => each.call(server, socket));
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (!proxies.includes(plainAddress(socket))) return begin(socket);
    readLine(socket, (client) => {
      if (client !== undefined) {
        const peer = peerOf(socket);
        clients.set(peer, client);
        socket.once('close', () => clients.delete(peer));
      }
      begin(socket);
    });
  });
  const tell = (request: IncomingMessage): void => {
    const client = clients.get(peerOf(request.socket));
    if (client === undefined) return;
    for (const name of ofClients) Reflect.deleteProperty(request.headers, name);
    request.headers['x-forwarded-for'] = client;
  };
  server.prependListener('request', tell);
  server.prependListener('upgrade', tell);
}

/** Calls back with the client that the first line names, or with none where there is no such line. */
function readLine(socket: Socket, onClient: (client: string | undefined) => void): void {
  let seen = Buffer.alloc(0);
  const drop = (): void => void socket.destroy();
  const timer = setTimeout(drop, lineMs);
  const end = (): void => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('close', end);
  };
  const goOn = (rest: Buffer, client: string | undefined): void => {
    end();
    if (rest.length > 0) socket.unshift(rest);
    // A stream forgets in the next turn that it was read so.
    setImmediate(() => {
      socket.off('error', drop);
      if (!socket.destroyed) onClient(client);
    });
  };
  const onReadable = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    const known = Math.min(seen.length, signature.length);
    if (!seen.subarray(0, known).equals(signature.subarray(0, known))) return goOn(seen, undefined);
    const length = seen.subarray(0, maxLineBytes).indexOf('\r\n');
    if (length >= 0) {
      const line = parseLine(seen.subarray(0, length).toString('latin1'));
      return line === undefined ? drop() : goOn(seen.subarray(length + 2), line.client);
    }
    if (seen.length >= maxLineBytes) drop();
  };
  socket.on('error', drop).on('close', end).on('readable', onReadable);
}

/** @returns undefined for a line that is none of the protocol; without a client where the proxy knows none */
export function parseLine(line: string): { readonly client: string | undefined } | undefined {
  const [word, family, client = '', target = '', ...ports] = line.split(' ');
  if (word !== 'PROXY') return undefined;
  if (family === 'UNKNOWN') return { client: undefined };
  const version = { TCP4: 4, TCP6: 6 }[family ?? ''];
  const isRight = version !== undefined && [client, target].every((address) => isIP(address) === version);
  return isRight && ports.length === 2 ? { client } : undefined;
}

function plainAddress({ remoteAddress = '' }: Socket): string {
  return remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
}
