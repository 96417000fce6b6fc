import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { pinoHttp, type HttpLogger } from 'pino-http';

const acceptableId = /^[\w.:-]{1,64}$/;

/**
 * Logs each request by method, path, status and time: no headers, no query, no body, so no token or password
 * ever. Gives each its id.
 */
export function requestLog(logger: Logger): HttpLogger {
  return pinoHttp({
    logger,
    genReqId: (request, response) => giveId(request, response),
    customLogLevel: (_request, response, error) =>
      error !== undefined || response.statusCode >= 500 ? 'error' : 'info',
    wrapSerializers: false,
    serializers: {
      req: (request: IncomingMessage & { id: string; originalUrl?: string }) => ({
        id: request.id,
        method: request.method,
        path: pathOf(request),
        from: request.socket.remoteAddress,
      }),
      res: (response: ServerResponse) => ({ status: response.statusCode }),
    },
  });
}

/** The path of a request, without its query: a token may stand there. */
export function pathOf(request: { originalUrl?: string; url?: string }): string {
  return (request.originalUrl ?? request.url ?? '').split('?')[0] ?? '';
}

/** The caller's own X-Request-Id when it is harmless, else a new one; sent back either way. */
function giveId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && acceptableId.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}
