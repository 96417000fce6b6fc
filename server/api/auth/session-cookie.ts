import type { Request } from 'express';
import { parseCookie, stringifySetCookie } from 'cookie';

/**
 * Over TLS the prefix has browsers take the cookie from this very host alone, for all of its paths; it needs
 * `Secure`, which plain HTTP cannot have.
 */
const names = { tls: '__Host-deis-session', plain: 'deis-session' } as const;

type Asked = Pick<Request, 'secure' | 'headers'>;

/** The text of the browser's session; undefined without one. */
export function readSessionCookie({ secure, headers }: Asked): string | undefined {
  return parseCookie(headers.cookie ?? '')[nameOf(secure)] || undefined;
}

/**
 * The header that gives a browser its session until `expires`: for requests of this site, out of reach of scripts.
 * The page itself is no secret, so `Strict` costs nobody who follows a link their session.
 */
export function sessionCookie({ secure }: Asked, text: string, expires: Date): Record<string, string> {
  return {
    'Set-Cookie': stringifySetCookie({
      name: nameOf(secure),
      value: text,
      httpOnly: true,
      sameSite: 'strict',
      secure,
      path: '/',
      expires,
    }),
  };
}

/** The header that has the browser forget its session. */
export function noSessionCookie(request: Asked): Record<string, string> {
  return sessionCookie(request, '', new Date(0));
}

function nameOf(secure: boolean): string {
  return secure ? names.tls : names.plain;
}
