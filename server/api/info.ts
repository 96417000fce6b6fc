import { z } from 'zod';
import { answersWith } from './http/answers.js';
import { HttpError } from './http/http-error.js';
import { forAnybody } from './endpoint/endpoint.js';
import { passkeyPlace } from './auth/passkey/passkey-place.js';
import { registrationMode, registrationModes } from './auth/registration.js';
import { ok } from './endpoint/reply.js';

/**
 * For load balancers and `quickstart`: the process answers and reaches its database. However often it is asked, the
 * database is asked once a second.
 */
export const health = forAnybody({
  summary: 'Tell whether the controller answers and reaches its database.',
  answers: answersWith(z.object({ status: z.literal('ok') })),
  answer: async ({ parts }) => {
    await parts.databaseAnswers().catch((error: Error) => {
      throw new HttpError(503, error.message, { 'Retry-After': '1' });
    });
    return ok({ status: 'ok' });
  },
});

export const infoSchema = z
  .object({
    version: z.string(),
    instance: z.string(),
    registration: z
      .enum(['setup', ...registrationModes])
      .describe(
        '`setup`: the next user to register is the first, and admin; `invite`: a code is needed; ' +
          '`open`: everyone; `closed`: no one.',
      ),
    git: z.object({ host: z.string(), port: z.int(), host_keys: z.array(z.string()) }),
    passkeys: z
      .string()
      .nullable()
      .describe('Origin of the pages on which passkeys are good; null: nowhere, they need HTTPS and a name.'),
    oidc: z
      .object({ name: z.string().describe('What people know the provider by.') })
      .nullable()
      .describe('Sign-in with OpenID Connect; null where the operator names no provider.'),
  })
  .meta({ id: 'Info' });

/** What a client must know before it logs in. */
export const info = forAnybody({
  summary: 'Tell what a client must know before it logs in.',
  answers: answersWith(infoSchema),
  answer: async ({ parts, request }) => {
    const { version, instance, git } = parts.info();
    const registration = (await parts.stores.users.isEmpty())
      ? 'setup'
      : await registrationMode(parts.stores);
    return ok({
      version,
      instance,
      registration,
      git: { host: git.host, port: git.port, host_keys: git.hostKeys },
      passkeys: passkeyPlace(parts.reached, request.socket)?.origin ?? null,
      oidc: parts.identityProvider && { name: parts.identityProvider.settings.name },
    });
  },
});
