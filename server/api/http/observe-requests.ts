import type { RequestHandler } from 'express';
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
        status: response.statusCode,
        ms: Math.round(performance.now() - startedAt),
      }),
    );
    next();
  };
}
