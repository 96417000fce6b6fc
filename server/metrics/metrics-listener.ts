import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Secret } from '../../base/secret.js';
import { isSameText } from '../same-text.js';

/** The text format of Prometheus that prom-client writes. */
const textFormat = 'text/plain; version=0.0.4; charset=utf-8';

export interface ServedMetrics {
  /** What whoever asks has to send as `Authorization: Bearer ...`; undefined: anybody may ask. */
  readonly token: Secret | undefined;
  /** The page, at this moment. */
  readonly text: () => Promise<string>;
  readonly onError: (error: unknown) => void;
}

/**
 * Answers `GET /metrics`: 200 with the page, 401 without the token, 404 for other paths, 405 for other methods, 500
 * when the page cannot be made.
 */
export function serveMetrics({ token, text, onError }: ServedMetrics): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://host.invalid');
    if (pathname !== '/metrics') return end(response, 404, 'nothing here: metrics are at /metrics\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return end(response, 405, 'only GET works here\n', { Allow: 'GET, HEAD' });
    if (token !== undefined && !isToken(request.headers.authorization, token))
      return end(response, 401, 'send the token of DEIS_METRICS_TOKEN: Authorization: Bearer ...\n', {
        'WWW-Authenticate': 'Bearer realm="deis metrics"',
      });
    end(response, 200, await text(), { 'Content-Type': textFormat });
  };
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(error);
      end(response, 500, 'the metrics could not be read; the log of the controller says why\n');
    });
  };
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...type, 'Cache-Control': 'no-store', ...headers }).end(body);
}

function isToken(header: string | undefined, token: Secret): boolean {
  const [, given = ''] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  return isSameText(given, token.reveal());
}
