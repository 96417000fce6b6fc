import type { Request, RequestHandler, Response } from 'express';
import type { Observer } from '../../observe/observer.js';
import { pathOf } from './request-log.js';

/** Tells the observer of each request when it was answered, or its caller went away. Behind `requestLog`. */
export function observeRequests(observer: Observer): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('close', () =>
      observer.onRequest({
        id: String(request.id),
        method: request.method,
        path: pathOf(request),
        route: routeOf(request),
        isStream: isStream(request, response),
        status: response.statusCode,
        ms: Math.round(performance.now() - startedAt),
      }),
    );
    next();
  };
}

function routeOf(request: Request): string {
  const route = request.route as { readonly path?: unknown } | undefined;
  return typeof route?.path === 'string' ? route.path : 'none';
}

function isStream(request: Request, response: Response): boolean {
  return (
    request.headers.upgrade !== undefined ||
    String(response.getHeader('content-type')).startsWith('text/event-stream')
  );
}
