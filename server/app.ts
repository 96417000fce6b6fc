import express, { type Express } from 'express';
import { knownHosts } from './api/auth/known-hosts.js';
import type { AppParts } from './api/endpoint/app-parts.js';
import type { DashboardFiles } from './dashboard/dashboard-files.js';
import { serveDashboard } from './dashboard/serve-dashboard.js';
import { errorHandler } from './api/http/error-handler.js';
import { observeRequests } from './api/http/observe-requests.js';
import { requestLog } from './api/http/request-log.js';
import { spreadBursts } from './api/http/spread-bursts.js';
import { routes } from './api/router.js';
import { serveRoutes } from './api/endpoint/serve-routes.js';

/** How the application is reached. */
export interface Reached {
  readonly bind: string;
  readonly publicUrl?: string | undefined;
  /** Over TLS of its own. */
  readonly isTls: boolean;
  /** What `/` shows; absent: nothing. */
  readonly dashboard?: DashboardFiles | undefined;
}

const year = 31_536_000;

/** The controller's HTTP application. It listens nowhere by itself. */
export function createApp(parts: AppParts, reached: Reached = { bind: '127.0.0.1', isTls: false }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...parts.trustedProxies]);
  app.use(spreadBursts());
  app.use(requestLog(parts.logger));
  if (parts.observer !== undefined) app.use(observeRequests(parts.observer));
  app.use((_request, response, next) => {
    // Logs and errors quote what others wrote: no browser may take them for a page.
    response.set('X-Content-Type-Options', 'nosniff');
    if (reached.isTls) response.set('Strict-Transport-Security', `max-age=${year}`);
    next();
  });
  app.use(knownHosts(reached));
  if (reached.dashboard !== undefined) app.use(serveDashboard(reached.dashboard));
  app.use(serveRoutes(parts, routes));
  app.use(errorHandler);
  return app;
}
