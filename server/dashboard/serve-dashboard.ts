import type { Request, RequestHandler, Response } from 'express';
import type { DashboardFile, DashboardFiles } from './dashboard-files.js';

/** Scripts and styles are files of ours; nothing is loaded from anywhere else, and no page may frame this one. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const yearSeconds = 31_536_000;

/** Serves the files to GET and HEAD, and leaves all else to what comes behind. */
export function serveDashboard(files: DashboardFiles): RequestHandler {
  return (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const file = isRead ? files.get(request.path) : undefined;
    if (file === undefined) next();
    else send(request, response, file);
  };
}

function send(request: Request, response: Response, file: DashboardFile): void {
  response.set({
    'Content-Type': file.type,
    'Content-Security-Policy': policy,
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': file.isImmutable ? `public, max-age=${yearSeconds}, immutable` : 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  });
  if (request.fresh) return void response.status(304).end();
  const isGzipped = request.acceptsEncodings('gzip') === 'gzip';
  const body = isGzipped ? file.gzipped : file.body;
  if (isGzipped) response.set('Content-Encoding', 'gzip');
  response.set('Content-Length', String(body.length));
  response.end(request.method === 'HEAD' ? undefined : body);
}
