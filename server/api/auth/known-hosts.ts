import type { RequestHandler } from 'express';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { HttpError } from '../http/http-error.js';
import { isLoopback } from '../../../base/network.js';

/**
 * Refuses requests for a host that is none of ours, with 421, where the API is bound to loopback: a page of a
 * stranger that lets its own name point there has the browser ask in its name. Addresses, `localhost`, this
 * machine's name and the host of the public URL are ours. Bound to another address everything passes.
 */
export function knownHosts(reached: {
  readonly bind: string;
  readonly publicUrl?: string | undefined;
}): RequestHandler {
  const { bind, publicUrl } = reached;
  if (!isLoopback(bind)) return (_request, _response, next) => next();
  const known = new Set(['localhost', hostname().toLowerCase()]);
  if (publicUrl !== undefined) known.add(new URL(publicUrl).hostname);
  return ({ headers }, _response, next) => {
    // HTTP/1.0 may leave it out, a browser never does.
    const host = hostOf(headers.host ?? 'localhost');
    if (host !== undefined && (isIP(host) !== 0 || known.has(host))) return next();
    throw new HttpError(
      421,
      'this controller answers to addresses, localhost and the host of DEIS_PUBLIC_URL only, not to the host ' +
        `${JSON.stringify((headers.host ?? '').slice(0, 253))}`,
    );
  };
}

function hostOf(header: string): string | undefined {
  if (!URL.canParse(`http://${header}`)) return undefined;
  return new URL(`http://${header}`).hostname.replace(/^\[|\]$|\.$/g, '');
}
