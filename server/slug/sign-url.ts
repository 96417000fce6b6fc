import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../base/secret.js';

/** `forged`: not signed by us, or changed; `expired`: signed by us, too long ago. */
export type SignatureVerdict = 'good' | 'forged' | 'expired';

export interface SignedQuery {
  /** Unix seconds, decimal. */
  readonly expires: string;
  /** Hex. */
  readonly signature: string;
}

/**
 * `base` + `path` with `expires` (Unix seconds) and a hex HMAC-SHA256 over both as query parameters. `path`
 * begins with a slash.
 */
export function signUrl(base: string, path: string, expires: number, key: Secret): string {
  const url = new URL(base.replace(/\/+$/, '') + path);
  url.search = new URLSearchParams({
    expires: String(expires),
    signature: mac(path, String(expires), key).toString('hex'),
  }).toString();
  return url.href;
}

/**
 * Checks a request for `path` at `now`. An expired URL is told from a forged one, because the former has an
 * innocent cause.
 */
export function checkSignature(
  path: string,
  query: Partial<SignedQuery>,
  now: Date,
  key: Secret,
): SignatureVerdict {
  const { expires = '', signature = '' } = query;
  if (!/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/.test(signature)) return 'forged';
  if (!timingSafeEqual(Buffer.from(signature, 'hex'), mac(path, expires, key))) return 'forged';
  return now.getTime() >= Number(expires) * 1000 ? 'expired' : 'good';
}

function mac(path: string, expires: string, key: Secret): Buffer {
  return createHmac('sha256', key.reveal()).update(`${path}\n${expires}`).digest();
}
