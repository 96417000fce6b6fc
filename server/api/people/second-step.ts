import type { UserRecord } from '../../store/people/user-store.js';
import { hashRecoveryCode, stepOfCode } from '../auth/totp.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { HttpError } from '../http/http-error.js';

/** What a problem's type ends with when the password was right and a code is needed, too. */
export const codeNeeded = 'code-needed';

/**
 * The second step of a sign-in, of users who have set one up: the code of their authenticator app, or one of their
 * recovery codes. Each is good once. @throws HttpError 401, of kind `code-needed` without a code; 429
 */
export async function requireSecondStep(
  parts: AppParts,
  user: UserRecord,
  code: string | undefined,
): Promise<void> {
  const totp = await parts.stores.totp.ofUser(user.id);
  if (totp === undefined || totp.confirmedAt === null) return;
  if (code === undefined)
    throw new HttpError(401, 'the code of your authenticator app is needed, too', {}, codeNeeded);
  await parts.authLimits.countCode(user.id);
  if (!(await isGoodCode(parts, user, code)))
    throw new HttpError(401, 'wrong code, or one that was used before');
  await parts.authLimits.forgiveCode(user.id);
}

/** Whether it is a code of the user's app, or a recovery code; it is good no more then. */
async function isGoodCode({ stores, now }: AppParts, user: UserRecord, code: string): Promise<boolean> {
  const totp = await stores.totp.ofUser(user.id);
  if (totp === undefined) return false;
  const step = stepOfCode(totp.secret, code, now());
  if (step !== undefined) return stores.totp.useStep(user.id, step);
  return stores.totp.useRecoveryCode(user.id, hashRecoveryCode(code));
}
