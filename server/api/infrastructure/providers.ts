import { z } from 'zod';
import { Conflict, NotFound, UserError } from '../../../base/errors.js';
import type { CredentialCheck } from '../../../provisioner/provider.js';
import { connectProvider } from '../../formation/context/open-provider.js';
import type { ProviderRecord } from '../../store/infrastructure/provider-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import {
  type Json,
  answersCreated,
  answersNothing,
  answersPageOf,
  answersWith,
  moment,
} from '../http/answers.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { forUsers } from '../endpoint/endpoint.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { ownName } from '../http/input/names.js';
import { pageQuery, plainPage } from '../endpoint/page.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { structure } from '../http/input/json-field.js';
import { isoTime } from '../http/time.js';

const creds = structure(z.record(z.string(), z.unknown()));
const checkMs = 20_000;

export const providerSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    created_at: moment,
    updated_at: moment.describe('When its credentials were last replaced.'),
    summary: z
      .string()
      .optional()
      .describe('What the cloud says of the credentials, where they were just tried.'),
  })
  .meta({ id: 'Provider' });

export const listProviders = forUsers({
  summary: 'List your providers.',
  answers: answersPageOf(providerSchema),
  query: pageQuery,
  answer: async (call) =>
    plainPage(
      call,
      (request) => call.parts.stores.providers.pageOfOwner(call.user.id, request),
      providerJson,
    ),
});

export const createProvider = forUsers({
  summary: 'Add a provider; its credentials are tried first.',
  answers: answersCreated(providerSchema),
  body: z.strictObject({ id: ownName, type: z.string(), creds: creds.default({}) }),
  audit: ({ id, type }) => ({ id, type }),
  answer: async ({ parts, user, body }) => {
    const { summary, pins } = await checkCredentials(parts, user, body.type, body.creds);
    const provider = await parts.stores.providers.insert({
      ownerId: user.id,
      name: body.id,
      type: body.type,
      creds: { ...body.creds, ...pins },
    });
    return created(
      { ...providerJson(provider), summary },
      `/api/providers/${encodeURIComponent(provider.name)}`,
    );
  },
});

export const showProvider = forUsers({
  summary: 'Show a provider, without its credentials.',
  answers: answersWith(providerSchema),
  answer: async ({ parts, user, param }) =>
    ok(providerJson(await providerOf(parts, user, param('provider')))),
});

/** Replaces the credentials. They are never given out again. */
export const updateProvider = forUsers({
  summary: 'Replace the credentials. They are never given out again.',
  answers: answersWith(providerSchema),
  body: z.strictObject({ creds }),
  headers: ifMatch,
  answer: async ({ parts, request, user, param, body }) => {
    const provider = await providerOf(parts, user, param('provider'));
    // Not yet tried with the cloud: who is late is told so whatever the credentials are worth.
    requireMatch(request, providerJson(provider));
    const { summary, pins = {} } = await checkCredentials(parts, user, provider.type, body.creds);
    const changed = await parts.stores.transaction(async (stores) => {
      requireMatch(request, providerJson((await stores.providers.lock(provider.id)) ?? provider));
      const before = JSON.parse((await stores.providers.creds(provider.id)).reveal()) as Record<
        string,
        unknown
      >;
      const moved = Object.keys(pins).find((key) => before[key] !== undefined && before[key] !== pins[key]);
      if (moved !== undefined)
        throw new Conflict(
          `${provider.name} is for ${moved} ${String(before[moved])}, where its nodes are; these ` +
            `credentials are of ${String(pins[moved])}: make another provider of them`,
        );
      return stores.providers.setCreds(provider.id, { ...body.creds, ...pins });
    });
    if (changed === undefined) throw new NotFound(`provider ${provider.name} is gone`);
    return ok({ ...providerJson(changed), summary });
  },
});

export const deleteProvider = forUsers({
  summary: 'Delete a provider that no flavor uses.',
  answers: answersNothing,
  answer: async ({ parts, user, param }) => {
    await parts.stores.providers.delete((await providerOf(parts, user, param('provider'))).id);
    return noContent;
  },
});

/** The user's provider of that name. @throws NotFound, also for somebody else's. */
export async function providerOf(parts: AppParts, user: UserRecord, name: string): Promise<ProviderRecord> {
  const provider = isStorable(name) ? await parts.stores.providers.byName(user.id, name) : undefined;
  if (provider === undefined) throw new NotFound(`no provider ${JSON.stringify(name)}`);
  return provider;
}

/**
 * @throws UserError for a type that is not enabled and for credentials that the cloud refuses; Forbidden as
 * `openProvider`
 */
async function checkCredentials(
  parts: AppParts,
  user: UserRecord,
  type: string,
  given: Record<string, unknown>,
): Promise<CredentialCheck> {
  if (!parts.providers.has(type))
    throw new UserError(
      `no provider type ${JSON.stringify(type)}; there are ${[...parts.providers.keys()].join(', ')}`,
      { field: 'type' },
    );
  const provider = await connectProvider(parts, { ownerId: user.id, type, creds: given }, 'launch');
  return provider.checkCredentials(AbortSignal.timeout(checkMs));
}

function providerJson(provider: ProviderRecord): Json<typeof providerSchema> {
  return {
    id: provider.name,
    type: provider.type,
    created_at: isoTime(provider.createdAt),
    updated_at: isoTime(provider.updatedAt),
  };
}
