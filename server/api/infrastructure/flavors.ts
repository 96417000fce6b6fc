import { z } from 'zod';
import { Conflict, NotFound, UserError } from '../../../base/errors.js';
import type { PreflightCheck, Provider } from '../../../provisioner/provider.js';
import { openProvider } from '../../formation/context/open-provider.js';
import { checkNodeUrl } from '../../slug/node-url.js';
import type { FlavorRecord } from '../../store/infrastructure/flavor-store.js';
import type { ProviderRecord } from '../../store/infrastructure/provider-store.js';
import type { UserRecord } from '../../store/people/user-store.js';
import type { AppParts } from '../endpoint/app-parts.js';
import { answersCreated, answersNothing, answersPageOf, answersWith, type Json } from '../http/answers.js';
import { atField } from '../endpoint/named/unknown-name.js';
import { cloudConfigInit } from '../http/input/cloud-config-init.js';
import { forUsers } from '../endpoint/endpoint.js';
import { ifMatch, requireMatch } from '../http/etag.js';
import { ownName } from '../http/input/names.js';
import { page, pageQuery } from '../endpoint/page.js';
import { providerOf } from './providers.js';
import { created, noContent, ok } from '../endpoint/reply.js';
import { isStorable } from '../http/input/storable-text.js';
import { structure } from '../http/input/json-field.js';

const params = structure(z.record(z.string(), z.unknown()));

export const flavorSchema = z
  .object({
    id: z.string(),
    provider: z.string().nullable(),
    params: z.record(z.string(), z.unknown()),
    init: z.string().describe('cloud-config'),
  })
  .meta({ id: 'Flavor' });

export const flavorCheckSchema = z
  .object({
    ok: z.boolean(),
    checks: z.array(z.object({ what: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'FlavorCheck' });
/** Less than the minute that `deis` waits for an answer: what was found so far is shown. */
const checkMs = 45_000;

export const listFlavors = forUsers({
  summary: 'List your flavors.',
  answers: answersPageOf(flavorSchema),
  query: pageQuery,
  answer: async (call) => {
    const { stores } = call.parts;
    return page(
      call,
      (request) => stores.flavors.pageOfOwner(call.user.id, request),
      async (shown) => {
        const used = new Map(
          (await stores.providers.byIds(shown.map(({ providerId }) => providerId))).map((provider) => [
            provider.id,
            provider,
          ]),
        );
        return (flavor) => flavorJson(flavor, used.get(flavor.providerId));
      },
    );
  },
});

export const createFlavor = forUsers({
  summary: 'Make a flavor: what a provider launches.',
  answers: answersCreated(flavorSchema),
  body: z.strictObject({
    id: ownName,
    provider: z.string(),
    params: params.default({}),
    init: cloudConfigInit.default(''),
  }),
  audit: ({ id, provider }) => ({ id, provider }),
  answer: async ({ parts, user, body }) => {
    const provider = await atField('provider', providerOf(parts, user, body.provider));
    await checkParams(parts, provider, body.params);
    const flavor = await parts.stores.flavors.insert({
      ownerId: user.id,
      providerId: provider.id,
      name: body.id,
      params: body.params,
      init: body.init,
    });
    return created(flavorJson(flavor, provider), `/api/flavors/${encodeURIComponent(flavor.name)}`);
  },
});

export const showFlavor = forUsers({
  summary: 'Show a flavor.',
  answers: answersWith(flavorSchema),
  answer: async ({ parts, user, param }) => {
    const flavor = await flavorOf(parts, user, param('flavor'));
    return ok(flavorJson(flavor, await parts.stores.providers.byId(flavor.providerId)));
  },
});

export const updateFlavor = forUsers({
  summary: 'Change a flavor. Nodes that exist keep what they were launched with.',
  answers: answersWith(flavorSchema),
  body: z.strictObject({
    provider: z.string().optional(),
    params: params.optional(),
    init: cloudConfigInit.optional(),
  }),
  headers: ifMatch,
  answer: async ({ parts, request, user, param, body }) => {
    const flavor = await flavorOf(parts, user, param('flavor'));
    const provider =
      body.provider === undefined
        ? await parts.stores.providers.byId(flavor.providerId)
        : await atField('provider', providerOf(parts, user, body.provider));
    if (provider === undefined) throw new NotFound('the flavor has no provider any more');
    await checkParams(parts, provider, body.params ?? flavor.params);
    const changed = await parts.stores.transaction(async (stores) => {
      const present = (await stores.flavors.lock(flavor.id)) ?? flavor;
      const from = await stores.providers.byId(present.providerId);
      requireMatch(request, flavorJson(present, from));
      if (
        from !== undefined &&
        (await isMove(
          parts,
          { from, params: present.params },
          { to: provider, params: body.params ?? present.params },
        )) &&
        (await stores.nodeOrigins.countOfFlavor(flavor.id)) > 0
      ) {
        throw new Conflict(
          `${flavor.name} has nodes, which would be looked for elsewhere: make another flavor, or ` +
            'scale its layers to 0 first',
        );
      }
      return stores.flavors.update(flavor.id, {
        providerId: provider.id,
        ...(body.params ? { params: body.params } : {}),
        ...(body.init === undefined ? {} : { init: body.init }),
      });
    });
    return ok(flavorJson(changed, provider));
  },
});

export const deleteFlavor = forUsers({
  summary: 'Delete a flavor that no layer uses.',
  answers: answersNothing,
  answer: async ({ parts, user, param }) => {
    await parts.stores.flavors.delete((await flavorOf(parts, user, param('flavor'))).id);
    return noContent;
  },
});

export const checkFlavor = forUsers({
  summary: 'Try what a launch with the flavor needs, without making anything.',
  answers: answersWith(flavorCheckSchema),
  answer: async ({ parts, user, param }) => {
    const flavor = await flavorOf(parts, user, param('flavor'));
    const record = await parts.stores.providers.byId(flavor.providerId);
    if (record === undefined) throw new NotFound('the flavor has no provider any more');
    const provider = await openProvider(parts, record, flavor.params, 'launch');
    const found = await findings(provider, flavor.params);
    const nodeUrl = provider.isElsewhere ? parts.nodeUrl() : null;
    const checks = nodeUrl === null ? found : [...found, checkNodeUrl(nodeUrl)];
    return ok({
      ok: checks.every((check) => check.ok),
      checks: checks.map(({ what, ok: isOk, detail }) => ({ what, ok: isOk, detail })),
    });
  },
});

/** Params that the provider, changed since, refuses are a finding like others. */
async function findings(provider: Provider, given: FlavorRecord['params']): Promise<PreflightCheck[]> {
  try {
    return await provider.preflight(provider.parseParams(given), AbortSignal.timeout(checkMs));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: 'params', ok: false, detail: error.message }];
  }
}

/** The user's flavor of that name. @throws NotFound, also for somebody else's. */
export async function flavorOf(
  parts: AppParts,
  user: Pick<UserRecord, 'id'>,
  name: string,
): Promise<FlavorRecord> {
  const flavor = isStorable(name) ? await parts.stores.flavors.byName(user.id, name) : undefined;
  if (flavor === undefined)
    throw new NotFound(`no flavor ${JSON.stringify(name)} of yours: \`deis flavors\` lists them`);
  return flavor;
}

/** @throws UserError for params that the provider refuses; Conflict and Forbidden as `openProvider`. */
async function checkParams(
  parts: AppParts,
  provider: ProviderRecord,
  given: FlavorRecord['params'],
): Promise<void> {
  (await openProvider(parts, provider, given, 'launch')).parseParams(given);
}

/** Whether machines that the flavor launched before would not be found any more. */
async function isMove(
  parts: AppParts,
  { from, params: before }: { from: ProviderRecord; params: FlavorRecord['params'] },
  { to, params: after }: { to: ProviderRecord; params: FlavorRecord['params'] },
): Promise<boolean> {
  return (
    from.id !== to.id ||
    (await openProvider(parts, from, before, 'manage')).region !==
      (await openProvider(parts, to, after, 'manage')).region
  );
}

function flavorJson(flavor: FlavorRecord, provider: ProviderRecord | undefined): Json<typeof flavorSchema> {
  return { id: flavor.name, provider: provider?.name ?? null, params: flavor.params, init: flavor.init };
}
