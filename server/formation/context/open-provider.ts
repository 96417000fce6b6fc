import { Conflict, Forbidden } from '../../../base/errors.js';
import type { Provider } from '../../../provisioner/provider.js';
import type { FlavorRecord } from '../../store/infrastructure/flavor-store.js';
import type { ProviderCreds, ProviderRecord } from '../../store/infrastructure/provider-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from './formation-parts.js';

/**
 * What a provider is opened for. `launch`: all that leads to new machines, credentials and flavors too.
 * `manage`: what there is already (look, converge, terminate), which works whatever its owner may not do any
 * more: a machine that cannot be terminated is worse.
 */
export type ProviderUse = 'launch' | 'manage';

export type ProviderParts = Pick<FormationParts, 'stores' | 'providers' | 'disabledProviders'>;

/**
 * Connects to a stored provider, to where a flavor's params say. @throws Conflict for a type that is not
 * enabled, Forbidden when the provider's owner may not launch with it
 */
export async function openProvider(
  parts: ProviderParts,
  record: Pick<ProviderRecord, 'id' | 'ownerId' | 'type'>,
  params: FlavorRecord['params'] | undefined,
  use: ProviderUse,
): Promise<Provider> {
  const creds = JSON.parse((await parts.stores.providers.creds(record.id)).reveal()) as ProviderCreds;
  return connectProvider(parts, { ...record, creds, params }, use);
}

/** As `openProvider`, with credentials that may not be stored yet. The one place where anybody connects. */
export async function connectProvider(
  parts: ProviderParts,
  provider: {
    readonly ownerId: number;
    readonly type: string;
    readonly creds: ProviderCreds;
    readonly params?: FlavorRecord['params'] | undefined;
  },
  use: ProviderUse,
): Promise<Provider> {
  const { ownerId, type, creds, params } = provider;
  const { stores, providers, disabledProviders } = parts;
  const connect = providers.get(type) ?? (use === 'manage' ? disabledProviders.get(type) : undefined);
  if (connect === undefined)
    throw new Conflict(
      `provider type ${type} is not enabled on this controller: the setting DEIS_PROVIDERS names those ` +
        'that are',
    );
  const connected = connect(creds, params);
  if (use === 'launch') await requireLeave(stores, ownerId, type, connected);
  return connected;
}

/** Makes sure that nodes of a flavor may be launched. @throws Conflict and Forbidden as `openProvider` */
export async function requireLaunch(parts: ProviderParts, flavorId: number): Promise<void> {
  const { stores } = parts;
  const flavor = await stores.flavors.byId(flavorId);
  const record = flavor && (await stores.providers.byId(flavor.providerId));
  if (record === undefined) throw new Conflict('the flavor has no provider any more');
  await openProvider(parts, record, flavor?.params, 'launch');
}

/** Of a type's providers without credentials of their own: whether only whom an admin allows may launch. */
export function givesHost({ providers }: Pick<ProviderParts, 'providers'>, type: string): boolean {
  return providers.get(type)?.({}).givesHost ?? false;
}

/** It is the provider's owner who counts, as of now: not who asks, and not whose formation it is. */
async function requireLeave(
  stores: Stores,
  ownerId: number,
  type: string,
  { givesHost: isHost, needsAdmin }: Provider,
): Promise<void> {
  if (!isHost && !needsAdmin) return;
  const owner = await stores.users.byId(ownerId);
  if (owner?.isAdmin === true) return;
  const name = owner?.username ?? 'its owner';
  if (needsAdmin)
    throw new Forbidden(
      `${name} may not launch with a provider that uses the controller's own credentials: that is for ` +
        `platform admins. Ask one for \`deis perms:create ${name} --admin\``,
    );
  if (!(await stores.allowedProviders.has(ownerId, type)))
    throw new Forbidden(
      `${name} may not launch with providers of type ${type}: their machines give root on the controller's ` +
        `host. Ask a platform admin for \`deis providers:allow ${name} ${type}\``,
    );
}
