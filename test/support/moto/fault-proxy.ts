import { once } from 'node:events';
import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** `refuse`: it is not passed on; `lost`: it is carried out, and its answer never arrives. */
export interface ProxyFault {
  readonly action: string;
  readonly how: 'refuse' | 'lost';
  readonly status?: number;
  readonly code?: string;
  times: number;
}

/** Between the SDK and an AWS: notes every call and makes some go wrong. */
export class FaultProxy {
  /** Names of calls, in order. */
  readonly calls: string[] = [];
  readonly faults: ProxyFault[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<FaultProxy> {
    const server = createServer((request, response) => void proxy.#serve(request, response));
    const proxy = new FaultProxy(server, target);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const target = request.headers['x-amz-target'];
    const action =
      typeof target === 'string'
        ? target.split('.').at(-1)!
        : (new URLSearchParams(body.toString()).get('Action') ?? '');
    this.calls.push(action);
    const fault = this.faults.find((each) => each.action === action && each.times > 0);
    if (fault !== undefined) fault.times -= 1;
    if (fault?.how === 'refuse') {
      const { status = 503, code = 'RequestLimitExceeded' } = fault;
      const error = `<Error><Code>${code}</Code><Message>made by a test</Message></Error>`;
      response
        .writeHead(status, { 'content-type': 'text/xml' })
        .end(`<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`);
      return;
    }
    // With its own Host header: the signature speaks of it.
    const { method, url: path, headers } = request;
    const passed = ask(this.target, { method, path, headers }, (answer) => {
      if (fault?.how === 'lost') {
        answer.resume().on('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end(body);
  }
}
