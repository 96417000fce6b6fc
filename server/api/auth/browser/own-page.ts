import type { Request } from 'express';
import { Forbidden } from '../../../../base/errors.js';

/** A page of another site cannot send it without asking first, and nobody allows it that. */
const header = 'x-deis-csrf';

/**
 * For requests that a browser's session makes: its cookie comes with what pages of others ask, too. A change needs the
 * header `X-Deis-CSRF: 1` and comes from a page of this very host and port; a WebSocket cannot carry the header.
 * @throws Forbidden
 */
export function requireOwnPage(request: Request, isChange: boolean): void {
  const isUpgrade = request.headers.upgrade !== undefined;
  if (!isChange && !isUpgrade) return;
  if (!isUpgrade && request.headers[header] !== '1')
    throw new Forbidden('a change that a browser asks for needs the header X-Deis-CSRF: 1');
  if (!isOwnOrigin(request, isUpgrade))
    throw new Forbidden(
      'this was asked by a page of another site. Is there a proxy in front? Have it send the header Host ' +
        'as the browser does',
    );
}

/** Browsers leave Origin out of reads alone. Sec-Fetch-Site is their own word, which a proxy that renames us leaves. */
function isOwnOrigin({ headers, method, host, secure }: Request, isUpgrade: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  if (origin === undefined) return !isUpgrade && (method === 'GET' || method === 'HEAD');
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  // Whether a proxy that is not trusted speaks TLS is not known: only what came by TLS tells.
  if (secure && from.protocol !== 'https:') return false;
  // HTTP/1.0 may leave Host out, whatever the type says.
  return from.host === (host as string | undefined)?.toLowerCase();
}
