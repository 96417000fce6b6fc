import { once } from 'node:events';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { MadeCertificate } from '../server/make-certificate.js';

/** A message as a receiver of RFC 5424 and RFC 6587 sees it. */
export interface Message {
  readonly priority: number;
  readonly at: string;
  readonly host: string;
  readonly app: string;
  readonly process: string;
  readonly id: string;
  /** Of the drain, in its structured data. */
  readonly token: string;
  readonly text: string;
}

const form = /^<(\d+)>1 (\S+) (\S+) (\S+) (\S+) (\S+) \[deis@32473 drain="([^"]*)"\] ([^]*)$/;

/** A receiver of syslog over TCP, or TLS with a certificate, that behaves as it is told. */
export class SyslogReceiver {
  readonly messages: Message[] = [];
  /** `hang`: takes connections and reads nothing; `slow`: reads a little, again and again. */
  mode: 'take' | 'hang' | 'slow' = 'take';
  connections = 0;
  port = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(private readonly tls?: MadeCertificate) {}

  /** On the port of before, when it was started before. */
  async start(): Promise<void> {
    const take = (socket: Socket): void => this.#take(socket);
    const server =
      this.tls === undefined
        ? createTcp(take)
        : createTls({ cert: this.tls.certificate, key: this.tls.key }, take);
    server.on('tlsClientError', () => undefined);
    this.#server = server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  /** Drops who is connected and takes nobody: what was not read is lost to it. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Ends those that are stuck, and behaves from now on. */
  recover(): void {
    this.mode = 'take';
    for (const socket of this.#sockets) socket.destroy();
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text);
  }

  #take(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    if (this.mode === 'hang') return void socket.pause();
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = this.#read(Buffer.concat([rest, chunk]));
      if (this.mode !== 'slow') return;
      socket.pause();
      setTimeout(() => socket.resume(), 20);
    });
  }

  /** Takes whole messages by their number of bytes; gives back what is left. */
  #read(data: Buffer): Buffer {
    for (;;) {
      const blank = data.indexOf(0x20);
      if (blank === -1) return data;
      const length = Number(data.toString('latin1', 0, blank));
      if (!Number.isSafeInteger(length) || length < 1) throw new Error('no octet count where one is due');
      if (data.length < blank + 1 + length) return data;
      this.messages.push(parse(data.toString('utf8', blank + 1, blank + 1 + length)));
      data = data.subarray(blank + 1 + length);
    }
  }
}

function parse(message: string): Message {
  const parts = form.exec(message);
  if (parts === null) throw new Error(`no message of RFC 5424: ${message.slice(0, 200)}`);
  const [, priority, at, host, app, process, id, token, text] = parts as unknown as string[];
  return {
    priority: Number(priority),
    at: at!,
    host: host!,
    app: app!,
    process: process!,
    id: id!,
    token: token!,
    text: text!,
  };
}
