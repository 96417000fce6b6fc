import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express, type Request, type Response } from 'express';
import type { Logger } from 'pino';
import { NotFound } from '../../base/errors.js';
import type { Secret } from '../../base/secret.js';
import { parseDownloadPath } from './download-path.js';
import { sendFile } from './send-file.js';
import { SharedPieces } from './shared-pieces.js';
import { checkSignature, type SignedQuery } from './sign-url.js';

export interface SlugServerOptions {
  readonly key: Secret;
  /** Folder of the slugs. */
  readonly slugs: string;
  readonly images: { pathOf(id: string): Promise<string> };
  readonly now: () => Date;
  readonly logger: Logger;
  /** Hears of each answer, and of those whose caller went away. */
  readonly onAnswered?: (seen: { readonly status: number }) => void;
}

/**
 * The static file server that nodes download slugs and the stack image from. Answers only to URLs that this
 * instance signed, each to the client that it is for: 403 for a forged one and for another client, 410 for an expired
 * one, 404 when the file is gone; ranges are honoured.
 */
export class SlugServer {
  readonly #server: Server;

  constructor(options: SlugServerOptions) {
    this.#server = createServer(slugApp(options));
  }

  /** Port 0 takes a free one. Resolves with the actual port. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Lets downloads under way end for `graceMs`, then cuts them. */
  async close(graceMs = 0): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(cut);
  }
}

function slugApp(options: SlugServerOptions): Express {
  const pieces = new SharedPieces();
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use(async (request, response) => {
    response.once('close', () => options.onAnswered?.({ status: response.statusCode }));
    try {
      await answer(options, pieces, request, response);
    } catch (error) {
      if (!(error instanceof NotFound))
        options.logger.error({ err: error, path: request.path }, 'download failed');
      if (response.headersSent) response.destroy();
      else refuse(response, error instanceof NotFound ? 404 : 500);
    }
  });
  return app;
}

async function answer(
  options: SlugServerOptions,
  pieces: SharedPieces,
  request: Request,
  response: Response,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response.set('Allow', 'GET, HEAD'), 405);
  const client = request.socket.remoteAddress ?? '';
  const verdict = checkSignature(
    { path: request.path, client, now: options.now() },
    signedQuery(request.query),
    options.key,
  );
  if (verdict === 'elsewhere') return refuseStranger(options, request, response);
  if (verdict !== 'good') return refuse(response, verdict === 'expired' ? 410 : 403);
  const wanted = parseDownloadPath(request.path);
  if (wanted === undefined) return refuse(response, 404);
  const path =
    wanted.kind === 'slug' ? join(options.slugs, wanted.path) : await options.images.pathOf(wanted.id);
  await sendFile(request, response, { path, pieces, stallMs });
}

function signedQuery({ expires, for: clients, signature }: Request['query']): SignedQuery {
  return {
    expires: String(expires ?? ''),
    clients: String(clients ?? ''),
    signature: String(signature ?? ''),
  };
}

/** Its cause may be a network that changes addresses on the way: the log and the answer say what to do then. */
function refuseStranger({ logger }: SlugServerOptions, request: Request, response: Response): void {
  const client = request.socket.remoteAddress ?? '';
  logger.warn({ client, for: request.query['for'] }, 'a download was asked for by another address');
  response
    .status(403)
    .type('text/plain')
    .send(
      `this URL is for ${String(request.query['for'])}, not for ${client}: where nodes come from other addresses ` +
        'than their own (NAT), set DEIS_NODE_URL\n',
    );
}

/** A download over which nothing went for so long is cut off; nodes ask again for the rest. */
const stallMs = 120_000;
function refuse(response: Response, status: number): void {
  response.status(status).type('text/plain').send(`${refusals[status]}\n`);
}

const refusals: Readonly<Record<number, string>> = {
  403: 'this URL is not signed by this controller',
  404: 'no such file',
  405: 'only GET and HEAD',
  410: 'this URL has expired',
  500: 'the file could not be read',
};
