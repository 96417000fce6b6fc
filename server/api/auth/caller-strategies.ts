import { Strategy as BearerStrategy } from 'passport-http-bearer';
import type { Strategy } from 'passport';
import type { TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { CookieStrategy } from './browser/cookie-strategy.js';
import { settled } from './settled.js';
import { TokenStrategy } from './token-strategy.js';

/** Who calls, and with which token. */
export interface Authenticated {
  readonly user: UserRecord;
  readonly token: TokenRecord;
}

/**
 * The token of this text, and whose it is; undefined for a wrong or an expired one, and for one that came in another
 * way than it is for.
 */
export type FindToken = (text: string, from: 'header' | 'cookie') => Promise<Authenticated | undefined>;

/** One way in which a request says who calls: where its token is, and what else must hold. */
export interface CallerStrategy {
  /** Unique among those that an Authenticator has. */
  readonly name: string;
  readonly create: (find: FindToken) => Strategy;
}

/** `Authorization: token X`, the scheme of the clients of 2013, and `Authorization: Bearer X`. */
export const headerStrategies: readonly CallerStrategy[] = [
  { name: 'token', create: (find) => new TokenStrategy((text) => find(text, 'header')) },
  { name: 'bearer', create: (find) => new BearerStrategy(settled((text: string) => find(text, 'header'))) },
];

/** Beside them the session of a browser. What it may ask from which page is said in `own-page.ts`. */
export const callerStrategies: readonly CallerStrategy[] = [
  ...headerStrategies,
  { name: 'cookie', create: (find) => new CookieStrategy((text) => find(text, 'cookie')) },
];
