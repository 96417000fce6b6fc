import { Router, type Request, type RequestHandler, type Response } from 'express';
import { NotFound } from '../../../base/errors.js';
import type { AppParts } from './app-parts.js';
import type { Endpoint, Reply } from './endpoint.js';
import { etagOf, isKnown } from '../http/etag.js';
import { HttpError } from '../http/http-error.js';
import { refuseUpgrade } from '../http/upgrade.js';
import type { Route } from './route.js';

/**
 * An Express router of the table: its endpoints, 405 with `Allow` for their other methods, 404 for all other
 * paths, and 400 at once for upgrades where none is taken.
 */
export function serveRoutes(parts: AppParts, routes: readonly Route[]): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const [method, path, endpoint] of routes) {
    router[method.toLowerCase() as Lowercase<typeof method>](path, handlerOf(parts, endpoint));
  }
  for (const path of new Set(routes.map(([, each]) => each))) {
    router.all(path, refuseMethod(methodsOf(routes, path)));
  }
  router.use((request) => {
    throw new NotFound(`nothing at ${request.path}`);
  });
  return router;
}

function handlerOf(parts: AppParts, endpoint: Endpoint): RequestHandler {
  const takesUpgrade = 101 in endpoint.answers;
  return async (request, response) => {
    if (!takesUpgrade) refuseUpgrade(request);
    const reply = await endpoint.serve(parts, request, response);
    if (reply !== undefined) send(request, response, reply);
  };
}

function send(
  request: Request,
  response: Response,
  { status, body, headers = {}, type = 'text/plain' }: Reply,
): void {
  // Answers hold config and tokens.
  response.status(status).set({ 'Cache-Control': 'no-store', ...headers });
  if (body === undefined) response.end();
  else if (typeof body === 'string') response.type(type).send(body);
  else sendJson(request, response, body);
}

/** What a GET answers carries its tag, that of its body unless it says another, and is not sent again to who has it. */
function sendJson(request: Request, response: Response, body: unknown): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const json = JSON.stringify(body);
  const tag = isRead && response.statusCode === 200 ? (response.get('ETag') ?? etagOf(json)) : undefined;
  if (tag !== undefined) response.set('ETag', tag);
  if (tag !== undefined && isKnown(request, tag)) response.status(304).end();
  else response.type('json').send(json);
}

/** HEAD comes with GET, OPTIONS with everything. */
function methodsOf(routes: readonly Route[], path: string): string[] {
  const methods = routes.filter(([, each]) => each === path).map(([method]) => method);
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
}

function refuseMethod(allowed: readonly string[]): RequestHandler {
  const allow = { Allow: allowed.join(', ') };
  return (request, response) => {
    if (request.method !== 'OPTIONS')
      throw new HttpError(405, `${request.method} does not work here; ${allow.Allow} do`, allow);
    response.status(204).set(allow).end();
  };
}
