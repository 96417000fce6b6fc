import { createHmac, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { Secret } from '../../base/secret.js';

/**
 * `forged`: not signed by us, or changed; `expired`: signed by us, too long ago; `elsewhere`: signed by us, for another
 * client.
 */
export type SignatureVerdict = 'good' | 'forged' | 'expired' | 'elsewhere';

export interface SignedQuery {
  /** Unix seconds, decimal. */
  readonly expires: string;
  /** Addresses that it is for, with commas between; empty: for every client. */
  readonly clients: string;
  /** Hex. */
  readonly signature: string;
}

/** Who asks, and when. */
export interface SignedRequest {
  readonly path: string;
  /** Address of the other end of the connection. */
  readonly client: string;
  readonly now: Date;
}

/** Until when, and for whom. */
export interface UrlLimits {
  /** Unix seconds. */
  readonly expires: number;
  /** Addresses of the client; none: every client. */
  readonly clients: readonly string[];
}

/**
 * `base` + `path` with `expires` (Unix seconds), `for` where it is for some clients alone, and a hex HMAC-SHA256 over
 * all of them as query parameters. `path` begins with a slash.
 */
export function signUrl(base: string, path: string, { expires, clients }: UrlLimits, key: Secret): string {
  const url = new URL(base.replace(/\/+$/, '') + path);
  const said = { expires: String(expires), clients: [...new Set(clients.map(plainAddress))].join(',') };
  url.search = new URLSearchParams({
    expires: said.expires,
    ...(said.clients === '' ? {} : { for: said.clients }),
    signature: mac(path, said, key).toString('hex'),
  }).toString();
  return url.href;
}

/**
 * Checks a request. An expired URL, and one for another client, are told from a forged one, because they have innocent
 * causes.
 */
export function checkSignature(
  { path, client, now }: SignedRequest,
  query: Partial<SignedQuery>,
  key: Secret,
): SignatureVerdict {
  const { expires = '', clients = '', signature = '' } = query;
  if (!/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/.test(signature)) return 'forged';
  if (!timingSafeEqual(Buffer.from(signature, 'hex'), mac(path, { expires, clients }, key))) return 'forged';
  if (now.getTime() >= Number(expires) * 1000) return 'expired';
  return clients === '' || clients.split(',').includes(plainAddress(client)) ? 'good' : 'elsewhere';
}

function mac(path: string, { expires, clients }: Omit<SignedQuery, 'signature'>, key: Secret): Buffer {
  return createHmac('sha256', key.reveal()).update(`${path}\n${expires}\n${clients}`).digest();
}

/** As a socket and a database may both write it: without the prefix of IPv4 over IPv6, IPv6 in its short form. */
function plainAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) === 6 ? new URL(`http://[${plain.replace(/%.*$/, '')}]`).hostname.slice(1, -1) : plain;
}
