import { Strategy as BearerStrategy } from 'passport-http-bearer';
import type { Strategy } from 'passport';
import type { TokenRecord } from '../../store/people/token-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { settled } from './settled.js';
import { TokenStrategy } from './token-strategy.js';

/** Who calls, and with which token. */
export interface Authenticated {
  readonly user: UserRecord;
  readonly token: TokenRecord;
}

/** The token of this text, and whose it is; undefined for a wrong or an expired one. */
export type FindToken = (text: string) => Promise<Authenticated | undefined>;

/**
 * One way in which a request says who calls: where its token is, and what else must hold. A cookie would also ask
 * for a CSRF header of requests that change something.
 */
export interface CallerStrategy {
  /** Unique among those that an Authenticator has. */
  readonly name: string;
  readonly create: (find: FindToken) => Strategy;
}

/** `Authorization: token X`, the scheme of the clients of 2013, and `Authorization: Bearer X`. */
export const headerStrategies: readonly CallerStrategy[] = [
  { name: 'token', create: (find) => new TokenStrategy(find) },
  { name: 'bearer', create: (find) => new BearerStrategy(settled(find)) },
];
