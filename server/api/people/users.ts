import { z } from 'zod';
import { answersCreated, answersPageOf, answersWith, moment } from '../http/answers.js';
import { userJson, userSchema } from './auth.js';
import { forAdmins } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { registrationModes, setRegistrationMode } from '../auth/registration.js';
import { created, ok } from '../endpoint/reply.js';
import { isoTime } from '../http/time.js';
import { hashToken, newToken } from '../auth/token.js';

const inviteDays = 7;
const dayMs = 24 * 60 * 60 * 1000;

export const listUsers = forAdmins({
  summary: 'List the users.',
  answers: answersPageOf(userSchema.extend({ created_at: moment })),
  query: pageQuery,
  answer: async (call) => {
    return plainPage(
      call,
      (request) => call.parts.stores.users.page(request),
      (user) => ({ ...userJson(user), created_at: isoTime(user.createdAt) }),
    );
  },
});

/**
 * A code that lets one person register within a week. The e-mail address is a note for the admin; nothing is
 * sent.
 */
export const inviteUser = forAdmins({
  summary: 'Make a code that lets one person register within a week.',
  answers: answersCreated(z.object({ code: z.string(), expires_at: moment })),
  body: z.strictObject({
    email: z.email('is not a valid e-mail address: expected e.g. ada@example.com').max(254).optional(),
  }),
  answer: async ({ parts, user, body }) => {
    const code = newToken();
    const expiresAt = new Date(parts.now().getTime() + inviteDays * dayMs);
    await parts.stores.invites.insert({
      codeHash: hashToken(code),
      email: body.email ?? null,
      invitedBy: user.id,
      expiresAt,
    });
    return created({ code, expires_at: isoTime(expiresAt) });
  },
});

export const setRegistration = forAdmins({
  summary: 'Say who may register: everyone, those with an invitation, or no one.',
  answers: answersWith(z.object({ registration: z.enum(registrationModes) })),
  body: z.strictObject({ mode: z.enum(registrationModes) }),
  audit: ({ mode }) => ({ mode }),
  answer: async ({ parts, body }) => {
    await setRegistrationMode(parts.stores, body.mode);
    return ok({ registration: body.mode });
  },
});
