import { z } from 'zod';
import { Conflict, Forbidden } from '../../../../base/errors.js';
import type { UserRecord } from '../../../store/people/user-store.js';
import { confirmedEmail, isAllowed, type Claims } from '../../auth/oidc/allow-rule.js';
import type { Found, IdentityProvider } from '../../auth/oidc/identity-provider.js';
import { numbered, usernameOf } from '../../auth/oidc/user-name.js';
import { registrationMode } from '../../auth/registration.js';
import type { AppParts } from '../../endpoint/app-parts.js';
import { seedUser } from '../seed-user.js';

/** Usernames that are tried for somebody new: as they are called, then with a number behind. */
const maxNames = 100;
const maxLabel = 200;
/** As of who registers; none where the provider gives none that is theirs. */
const mailAddress = z.email().max(254).catch('');

/** Somebody whom the provider vouches for, and who has no account here yet. */
export interface Newcomer {
  readonly found: Found;
  readonly claims: Claims;
  readonly username: string;
}

/**
 * Who comes for the first time, and may. By what the provider calls them nobody gets into an account that there is.
 * @throws Forbidden saying what to do
 */
export async function newcomer(
  { stores }: Pick<AppParts, 'stores'>,
  { settings: { allow, name } }: Pick<IdentityProvider, 'settings'>,
  found: Found,
): Promise<Newcomer> {
  const claims = await found.ask();
  if (!isAllowed(allow, claims))
    throw new Forbidden(
      `no user here is linked to your account of ${name}: sign in with your password and link it below your ` +
        'name, or ask an admin to let you in',
    );
  if (await stores.users.isEmpty())
    throw new Forbidden(
      "there is no account here yet: the first one, the platform's admin, is made with a password",
    );
  if ((await registrationMode(stores)) === 'closed')
    throw new Forbidden('this controller takes no new users');
  const base = usernameOf(claims);
  for (let n = 1; n <= maxNames; n += 1)
    if ((await stores.users.byUsername(numbered(base, n))) === undefined)
      return { found, claims, username: numbered(base, n) };
  throw new Conflict(`${maxNames} users are called ${base}: ask an admin for an invitation`);
}

/** Makes their account, a plain user's, without a password. @throws Conflict when somebody was faster */
export function makeExternalUser(
  { stores, providers, now }: Pick<AppParts, 'stores' | 'providers' | 'now'>,
  { found: { issuer, subject }, claims, username }: Newcomer,
): Promise<{ readonly user: UserRecord; readonly identityId: number }> {
  const email = mailAddress.parse(confirmedEmail(claims));
  return stores.transaction(async (inside) => {
    const user = await inside.users.insert({ username, email, passwordHash: null, isAdmin: false });
    const { id: identityId } = await inside.identities.insert({
      userId: user.id,
      issuer,
      subject,
      label: labelOf(claims, subject),
      lastUsedAt: now(),
    });
    await seedUser(inside, providers, user);
    return { user, identityId };
  });
}

/** What people know the account of the provider by. */
export function labelOf({ email, preferred_username: name }: Claims, subject: string): string {
  const said = [email, name].find((each) => typeof each === 'string' && each !== '') ?? subject;
  return String(said)
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, maxLabel);
}
