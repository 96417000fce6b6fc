import { providerTypes } from '../../../provisioner/provider-types.js';
import type { ProviderFactories } from '../../formation/context/formation-parts.js';
import { givesHost } from '../../formation/context/open-provider.js';
import type { Stores } from '../../store/stores.js';
import type { UserRecord } from '../../store/people/user-store.js';

/**
 * Gives a new user a provider of every type that is enabled and that they may launch with, with its usual
 * flavors: something to create formations on at once. Credentials come later.
 */
export async function seedUser(
  stores: Stores,
  providers: ProviderFactories,
  user: UserRecord,
): Promise<void> {
  for (const { type, seeds } of providerTypes.filter((each) => providers.has(each.type))) {
    if (!user.isAdmin && givesHost({ providers }, type)) continue;
    const provider = await stores.providers.insert({ ownerId: user.id, name: type, type, creds: {} });
    for (const { name, params } of seeds)
      await stores.flavors.insert({ ownerId: user.id, providerId: provider.id, name, params, init: '' });
  }
}
