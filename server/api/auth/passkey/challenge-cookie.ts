import type { Request } from 'express';
import { parseCookie, stringifySetCookie } from 'cookie';

/** As those of sessions: over TLS of this very host alone. */
const names = { tls: '__Host-deis-passkey', plain: 'deis-passkey' } as const;

type Asked = Pick<Request, 'secure' | 'headers'>;

/** Which browser it is that was given a challenge; undefined for one that was given none. */
export function readChallengeCookie({ secure, headers }: Asked): string | undefined {
  return parseCookie(headers.cookie ?? '')[nameOf(secure)] || undefined;
}

/**
 * The header by which a browser is known again for so long, by its own clock: another one cannot answer its
 * challenge.
 */
export function challengeCookie({ secure }: Asked, text: string, seconds: number): Record<string, string> {
  return {
    'Set-Cookie': stringifySetCookie({
      name: nameOf(secure),
      value: text,
      httpOnly: true,
      sameSite: 'strict',
      secure,
      path: '/',
      maxAge: seconds,
    }),
  };
}

function nameOf(secure: boolean): string {
  return secure ? names.tls : names.plain;
}
