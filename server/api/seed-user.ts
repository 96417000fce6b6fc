import type { Stores } from '../store/stores.js';
import type { UserRecord } from '../store/user-store.js';
import type { ProviderFactories } from './app-parts.js';

/** Providers that need no credentials: every new user gets one of each with a flavor of the same name, as far as they are enabled. */
const seeded = ['docker', 'mock'];

/** Gives a new user something to create formations on at once. */
export async function seedUser(stores: Stores, providers: ProviderFactories, user: UserRecord): Promise<void> {
  for (const type of seeded.filter((name) => providers.has(name))) {
    const provider = await stores.providers.insert({ ownerId: user.id, name: type, type, creds: {} });
    await stores.flavors.insert({ ownerId: user.id, providerId: provider.id, name: type, params: {}, init: '' });
  }
}
