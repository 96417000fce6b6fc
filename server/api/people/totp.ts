import { z } from 'zod';
import { Conflict, UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { hashRecoveryCode, newRecoveryCodes, newTotpSecret, stepOfCode, totpUri } from '../auth/totp.js';
import { forUsers } from '../endpoint/endpoint.js';
import { noContent, ok } from '../endpoint/reply.js';
import { answersNothing, answersWith, moment } from '../http/answers.js';
import { isoTime } from '../http/time.js';
import { requirePassword } from './account.js';
import { maxCodeLength } from './auth.js';
import { requireCode } from './second-step.js';

const bodyLimit = 16 * 1024;
const password = z.string().min(1).max(1024);
const code = z.string().min(1).max(maxCodeLength);

export const showTotp = forUsers({
  summary: 'Show whether your sign-in asks for a code of an authenticator app.',
  answers: answersWith(
    z
      .object({
        enabled: z.boolean(),
        since: moment.nullable(),
        recovery_codes: z.int().describe('How many are left.'),
      })
      .meta({ id: 'Totp' }),
  ),
  answer: async ({ parts: { stores }, user }) => {
    const since = (await stores.totp.ofUser(user.id))?.confirmedAt ?? null;
    return ok({
      enabled: since !== null,
      since: isoTime(since),
      recovery_codes: await stores.totp.countRecoveryCodes(user.id),
    });
  },
});

export const beginTotp = forUsers({
  summary: 'Get a secret for an authenticator app. Nothing changes until a code of it is confirmed.',
  answers: answersWith(
    z
      .object({
        secret: z.string().describe('Base32. Shown only now.'),
        uri: z.string().describe('The same as an `otpauth:` URI, for a QR code.'),
      })
      .meta({ id: 'NewTotp' }),
  ),
  body: z.strictObject({ password }),
  bodyLimit,
  answer: async ({ parts, request, user, body }) => {
    await requirePassword(parts, request, user, body.password);
    const secret = newTotpSecret();
    await parts.stores.totp.begin(user.id, new Secret(secret));
    return ok({ secret, uri: totpUri(secret, user.username, `Deis ${request.hostname}`) });
  },
});

export const confirmTotp = forUsers({
  summary: 'Confirm the app by a code of it: from now on your sign-in asks for one.',
  answers: answersWith(
    z
      .object({ recovery_codes: z.array(z.string()).describe('Each signs you in once. Shown only now.') })
      .meta({ id: 'RecoveryCodes' }),
  ),
  body: z.strictObject({ code }),
  bodyLimit,
  answer: async ({ parts, user, body }) => {
    const totp = await parts.stores.totp.ofUser(user.id);
    if (totp === undefined || totp.confirmedAt !== null)
      throw new Conflict('no authenticator app waits to be confirmed');
    // Counted here: whoever has a token, and no password, uses up no tries of a sign-in.
    await parts.authLimits.countCode(user.id);
    const step = stepOfCode(totp.secret, body.code, parts.now());
    if (step === undefined)
      throw new UserError('that is not the code that the app shows now', { field: 'code' });
    const codes = newRecoveryCodes();
    await parts.stores.transaction(async (stores) => {
      const isNew = await stores.totp.confirm(user.id, parts.now(), codes.map(hashRecoveryCode));
      if (!isNew) throw new Conflict('no authenticator app waits to be confirmed');
      await stores.totp.useStep(user.id, step);
    });
    await parts.authLimits.forgiveCode(user.id);
    return ok({ recovery_codes: codes });
  },
});

export const disableTotp = forUsers({
  summary: 'Ask for no code any more; the password and a code are needed once more.',
  answers: answersNothing,
  body: z.strictObject({ password, code: code.optional() }),
  bodyLimit,
  answer: async ({ parts, request, user, body }) => {
    await requirePassword(parts, request, user, body.password);
    await requireCode(parts, user.id, body.code);
    await parts.stores.totp.remove(user.id);
    return noContent;
  },
});
