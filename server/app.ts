import express, { type Express } from 'express';
import type { AppParts } from './api/endpoint/app-parts.js';
import { errorHandler } from './api/http/error-handler.js';
import { requestLog } from './api/http/request-log.js';
import { routes } from './api/router.js';
import { serveRoutes } from './api/endpoint/serve-routes.js';

/** The controller's HTTP application. It listens nowhere by itself. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...parts.trustedProxies]);
  app.use(requestLog(parts.logger));
  app.use((_request, response, next) => {
    // Logs and errors quote what others wrote: no browser may take them for a page.
    response.set('X-Content-Type-Options', 'nosniff');
    next();
  });
  app.use(serveRoutes(parts, routes));
  app.use(errorHandler);
  return app;
}
