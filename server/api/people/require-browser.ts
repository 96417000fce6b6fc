import { Forbidden } from '../../../base/errors.js';
import type { TokenRecord } from '../../store/people/token-store.js';

/**
 * Whatever has a token, a program as a rule, makes itself no other way in: a stolen one would outlast itself.
 * @param what `a passkey is added`
 * @throws Forbidden
 */
export function requireBrowser({ isBrowser }: Pick<TokenRecord, 'isBrowser'>, what: string): void {
  if (!isBrowser) throw new Forbidden(`${what} in a browser that is signed in, by no token`);
}
