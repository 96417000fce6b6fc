import { Forbidden } from '../../../base/errors.js';
import { isSameText } from '../../same-text.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { hashPassword } from '../auth/password.js';
import { registrationMode } from '../auth/registration.js';
import { seedUser } from './seed-user.js';
import { hashToken } from '../auth/token.js';

export interface Registration {
  readonly username: string;
  readonly password: string;
  readonly email: string;
  /** Setup code for the first user where one is asked for, invitation for all others. */
  readonly code?: string | undefined;
}

type RegisterParts = Pick<AppParts, 'stores' | 'providers' | 'setupCode' | 'now'>;

/**
 * Makes a user with seeded providers and flavors. The first user becomes admin; when two register first at
 * the same time, one does.
 * @throws Forbidden without the code that is due; Conflict when the name is taken (told to holders of a code
 * only).
 */
export async function registerUser(parts: RegisterParts, registration: Registration): Promise<UserRecord> {
  const { username, email, password } = registration;
  const passwordHash = await hashPassword(password);
  return parts.stores.transaction(async (stores) => {
    const isFirst = await stores.users.isEmptyForUpdate();
    const invite = isFirst
      ? requireSetupCode(parts.setupCode, registration.code)
      : await requireLeave(stores, registration.code, parts.now());
    const user = await stores.users.insert({ username, email, passwordHash, isAdmin: isFirst });
    if (invite !== undefined) await stores.invites.markUsed(invite, user.id, parts.now());
    await seedUser(stores, parts.providers, user);
    return user;
  });
}

function requireSetupCode(wanted: string | null, given: string | undefined): undefined {
  if (wanted === null || (given !== undefined && isSameText(given, wanted))) return undefined;
  throw new Forbidden(
    given === undefined
      ? "the first user needs the setup code: the controller's log has it"
      : "the setup code is not right: the controller's log has it, among the first lines of its last start",
  );
}

/** The invitation that is used up; none where registration is open. */
async function requireLeave(
  stores: Stores,
  code: string | undefined,
  now: Date,
): Promise<number | undefined> {
  const mode = await registrationMode(stores);
  if (mode === 'closed') throw new Forbidden('this controller takes no new users');
  return mode === 'open' && code === undefined ? undefined : requireInvite(stores, code, now);
}

async function requireInvite(stores: Stores, code: string | undefined, now: Date): Promise<number> {
  const invite = code === undefined ? undefined : await stores.invites.openForUpdate(hashToken(code), now);
  if (invite !== undefined) return invite.id;
  throw new Forbidden(
    code === undefined
      ? 'registration needs an invitation: ask an admin for a code (deis users:invite)'
      : 'the invitation is wrong, used or expired: ask an admin for a new code',
  );
}
