import { z } from 'zod';
import { answersWith } from './http/answers.js';
import { HttpError } from './http/http-error.js';
import { forAnybody } from './endpoint/endpoint.js';
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
  })
  .meta({ id: 'Info' });

/** What a client must know before it logs in. */
export const info = forAnybody({
  summary: 'Tell what a client must know before it logs in.',
  answers: answersWith(infoSchema),
  answer: async ({ parts }) => {
    const { version, instance, git } = parts.info();
    const registration = (await parts.stores.users.isEmpty())
      ? 'setup'
      : await registrationMode(parts.stores);
    return ok({
      version,
      instance,
      registration,
      git: { host: git.host, port: git.port, host_keys: git.hostKeys },
    });
  },
});
