import { UserError } from '../../../base/errors.js';
import type { TotpRecord } from '../../store/people/totp-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { hashRecoveryCode, stepOfCode } from '../auth/totp.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { HttpError } from '../http/http-error.js';

/** What a problem's type ends with when the password was right and a code is needed, too. */
const codeNeeded = 'code-needed';
/** What is said of a code that is not good. */
const wrongCode = 'wrong code, or one that was used before';

/**
 * The second step of a sign-in, of users who have set one up: the code of their authenticator app, or one of their
 * recovery codes. Each is good once. @throws HttpError 401, of kind `code-needed` without a code; 429
 */
export async function requireSecondStep(
  parts: AppParts,
  { id }: UserRecord,
  code: string | undefined,
): Promise<void> {
  const totp = await parts.stores.totp.ofUser(id);
  if (totp === undefined || totp.confirmedAt === null) return;
  if (code === undefined)
    throw new HttpError(401, 'the code of your authenticator app is needed, too', {}, codeNeeded);
  if (!(await useCode(parts, id, totp, code))) throw new HttpError(401, wrongCode);
}

/** The same of who has the session already: 401 would say that it has ended. @throws UserError; HttpError 429 */
export async function requireCode(parts: AppParts, userId: number, code: string | undefined): Promise<void> {
  const totp = await parts.stores.totp.ofUser(userId);
  const isAsked = totp !== undefined && totp.confirmedAt !== null;
  if (isAsked && !(await useCode(parts, userId, totp, code ?? '')))
    throw new UserError(wrongCode, { field: 'code' });
}

/** Whether it is a code of the user's app, or a recovery code; it is good no more then. @throws HttpError 429 */
async function useCode(
  { stores, now, authLimits }: AppParts,
  userId: number,
  { secret }: TotpRecord,
  code: string,
): Promise<boolean> {
  await authLimits.countCode(userId);
  const step = stepOfCode(secret, code, now());
  const isGood = await (step === undefined
    ? stores.totp.useRecoveryCode(userId, hashRecoveryCode(code))
    : stores.totp.useStep(userId, step));
  if (isGood) await authLimits.forgiveCode(userId);
  return isGood;
}
