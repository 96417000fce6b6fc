import { z } from 'zod';
import { NotFound, UnknownName, UserError } from '../../../base/errors.js';
import { givesHost } from '../../formation/context/open-provider.js';
import type { AllowedProviderRecord } from '../../store/infrastructure/allowed-provider-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import { type Json, answersPageOf, answersWith, moment } from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forAdmins } from '../endpoint/endpoint.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { isoTime } from '../http/time.js';

export const allowedProviderSchema = z
  .object({
    username: z.string(),
    type: z.string().describe('Provider type.'),
    allowed_by: z.string().nullable().describe('The admin; null when their account is gone.'),
    created_at: moment,
  })
  .meta({ id: 'AllowedProvider' });

export const listAllowedProviders = forAdmins({
  summary: "List who but admins may launch machines that give root on the controller's host.",
  answers: answersPageOf(allowedProviderSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(call, (request) => call.parts.stores.allowedProviders.page(request), allowedJson),
});

export const allowProvider = forAdmins({
  summary: "Let somebody launch with a provider type whose machines give root on the controller's host.",
  answers: answersWith(allowedProviderSchema),
  body: z.strictObject({ username: z.string(), type: z.string() }),
  audit: ({ username, type }) => ({ username, type }),
  answer: async ({ parts, user: admin, body: { username, type } }) => {
    requireSuch(parts, type);
    const user = await userNamed(parts, username);
    if (user === undefined)
      throw new UnknownName(`there is no user ${JSON.stringify(username)}`, { field: 'username' });
    const leave = { userId: user.id, type, allowedBy: admin.id };
    return ok(allowedJson(await parts.stores.allowedProviders.allow(leave)));
  },
});

export const disallowProvider = forAdmins({
  summary: 'Take that leave away. Nodes that there are stay, until somebody destroys them.',
  answers: answersWith(
    z.object({
      username: z.string(),
      type: z.string(),
      nodes: z.int().describe('How many nodes there are of their providers of that type.'),
    }),
  ),
  answer: async ({ parts, param }) => {
    const [username, type] = [param('username'), param('type')];
    const user = await userNamed(parts, username);
    if (
      user === undefined ||
      !isStorable(type) ||
      !(await parts.stores.allowedProviders.remove(user.id, type))
    )
      throw new NotFound(
        `${JSON.stringify(username)} has no leave for provider type ${JSON.stringify(type)}`,
      );
    return ok({ username, type, nodes: await parts.stores.nodeOrigins.countOfProviders(user.id, type) });
  },
});

function requireSuch(parts: AppParts, type: string): void {
  if (givesHost(parts, type)) return;
  const such = [...parts.providers.keys()].filter((each) => givesHost(parts, each));
  throw new UserError(
    `${JSON.stringify(type)} is not a provider type that needs leave: expected ` +
      (such.join(' or ') || 'none, for no such type is enabled'),
    { field: 'type' },
  );
}

async function userNamed({ stores }: AppParts, username: string): Promise<UserRecord | undefined> {
  return isStorable(username) ? stores.users.byUsername(username) : undefined;
}

function allowedJson(leave: AllowedProviderRecord): Json<typeof allowedProviderSchema> {
  const { username, type, allowedBy, createdAt } = leave;
  return { username, type, allowed_by: allowedBy, created_at: isoTime(createdAt) };
}
