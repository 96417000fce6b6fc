import type { Request } from 'express';
import { parseCookie, stringifySetCookie } from 'cookie';

type Asked = Pick<Request, 'secure' | 'headers'>;
/** How long a browser keeps it: a moment of ours, or seconds by its own clock. */
type Kept = { readonly expires: Date } | { readonly maxAge: number };

/**
 * What a browser keeps for this site alone, out of reach of scripts. Over TLS the prefix has browsers take the cookie
 * from this very host alone, for all of its paths; it needs `Secure`, which plain HTTP cannot have. The page itself is
 * no secret, so `Strict` costs nobody who follows a link what they have.
 */
export class BrowserCookie {
  constructor(private readonly name: string) {}

  /** Undefined without one. */
  read({ secure, headers }: Asked): string | undefined {
    return parseCookie(headers.cookie ?? '')[this.#nameOf(secure)] || undefined;
  }

  /** The header that has the browser keep it. */
  give({ secure }: Asked, value: string, kept: Kept): Record<string, string> {
    const fixed = { httpOnly: true, sameSite: 'strict', secure, path: '/' } as const;
    return { 'Set-Cookie': stringifySetCookie({ name: this.#nameOf(secure), value, ...fixed, ...kept }) };
  }

  /** The header that has the browser forget it. */
  forget(asked: Asked): Record<string, string> {
    return this.give(asked, '', { expires: new Date(0) });
  }

  #nameOf(secure: boolean): string {
    return secure ? `__Host-${this.name}` : this.name;
  }
}
