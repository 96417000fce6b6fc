import { isIP } from 'node:net';
import { isLoopback } from '../../../../base/network.js';

/** How the API is reached, by its settings: what a request says of that is the word of whoever sent it. */
export interface Reached {
  readonly bind: string;
  readonly publicUrl?: string | undefined;
}

/** Where passkeys are good: pages of this origin alone may use them, and they are of this domain (WebAuthn's RP ID). */
export interface PasskeyPlace {
  readonly origin: string;
  readonly domain: string;
}

/**
 * Undefined where browsers have no passkeys: without TLS, and at an address in the place of a name. This very machine
 * is `localhost` to them, for which plain HTTP will do.
 * @param socket on which the request came: its own port
 */
export function passkeyPlace(
  { bind, publicUrl }: Reached,
  socket: { readonly localPort?: number | undefined; readonly encrypted?: boolean },
): PasskeyPlace | undefined {
  if (publicUrl !== undefined) return placeOf(new URL(publicUrl));
  if (!isLoopback(bind) || socket.localPort === undefined) return undefined;
  return placeOf(new URL(`${socket.encrypted === true ? 'https' : 'http'}://localhost:${socket.localPort}`));
}

function placeOf(url: URL): PasskeyPlace | undefined {
  if (isLoopback(bare(url))) url.hostname = 'localhost';
  else if (url.protocol !== 'https:' || isIP(bare(url)) !== 0) return undefined;
  return { origin: url.origin, domain: url.hostname };
}

function bare({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}
