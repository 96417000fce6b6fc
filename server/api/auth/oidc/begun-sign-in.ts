import type { Request } from 'express';
import { z } from 'zod';
import { HttpError } from '../../http/http-error.js';
import { BrowserCookie } from '../browser/browser-cookie.js';

const minutes = 10;
const cookie = new BrowserCookie('deis-oidc');

/** What is asked of a place of the dashboard: its fragment and nothing else, so it leads to no other site. */
export const fragment = z
  .string()
  .max(500)
  .regex(/^#\/[^\s\p{Cc}]*$/u, 'is not a valid place in the dashboard: expected e.g. #/formations/shop')
  .or(z.literal(''));

const begunSignIn = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  /** Who links their account; null: somebody signs in. */
  userId: z.int().nullable(),
  /** In milliseconds. */
  endsAt: z.number(),
});

/** A sign-in that a browser has begun, and the provider is to answer. */
export type BegunSignIn = z.output<typeof begunSignIn>;

/** Seals what a browser keeps. */
export interface Seal {
  seal(text: string): string;
  open(sealed: string): string;
}

type Asked = Pick<Request, 'secure' | 'headers'>;

/** When a sign-in that begins now ends. */
export function endOfSignIn(now: Date): number {
  return now.getTime() + minutes * 60_000;
}

/** The header that has the browser keep it: only what the page itself asks brings it here again. */
export function keepCookie(asked: Asked, seal: Seal, begun: BegunSignIn): Record<string, string> {
  return cookie.give(asked, seal.seal(JSON.stringify(begun)), { expires: new Date(begun.endsAt) });
}

/** What this browser has begun. @throws HttpError 400 for nothing, or too long ago */
export function readBegun(asked: Asked, seal: Seal, now: Date): BegunSignIn {
  const sealed = cookie.read(asked);
  const begun = sealed === undefined ? undefined : opened(seal, sealed);
  if (begun === undefined)
    throw new HttpError(
      400,
      'this browser has begun no sign-in, or one that took too long: begin again, and end it in the same browser',
    );
  if (begun.endsAt <= now.getTime())
    throw new HttpError(400, `the sign-in took more than ${minutes} minutes: begin again`);
  return begun;
}

function opened(seal: Seal, sealed: string): BegunSignIn | undefined {
  try {
    return begunSignIn.parse(JSON.parse(seal.open(sealed)));
  } catch {
    return undefined;
  }
}
