import { most, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { AllowedProvider, Provider, ProviderType, Schemas } from '../types.js';

const at = (provider: string) => ({ params: { path: { provider } } });

/** They go in and never come out again. */
type Credentials = Record<string, unknown>;

/** All that are enabled. */
export const listProviderTypes = (): Promise<Listed<ProviderType>> =>
  answerOf(api.GET('/api/provider-types'));
export const listProviders = (): Promise<Listed<Provider>> =>
  answerOf(api.GET('/api/providers', { params: most }));
export const createProvider = (body: {
  readonly id: string;
  readonly type: string;
  readonly creds: Credentials;
}): Promise<Provider> => answerOf(api.POST('/api/providers', { body }));
export const updateProvider = (provider: string, creds: Credentials): Promise<Provider> =>
  answerOf(api.PATCH('/api/providers/{provider}', { ...at(provider), body: { creds } }));
export const deleteProvider = (provider: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/providers/{provider}', at(provider)));

/** For platform admins, as all below. */
export const listAllowed = (): Promise<Listed<AllowedProvider>> =>
  answerOf(api.GET('/api/allowed-providers', { params: most }));
export const allowProvider = (username: string, type: string): Promise<unknown> =>
  answerOf(api.POST('/api/allowed-providers', { body: { username, type } }));
export const disallowProvider = (username: string, type: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/allowed-providers/{username}/{type}', { params: { path: { username, type } } }));

/** What nothing has any more; `unseen`: where it could not be looked for. */
export interface Orphans {
  readonly results: readonly Schemas['Orphan'][];
  readonly unseen: readonly { readonly place: string; readonly reason: string }[];
}
export const listOrphans = (provider: string): Promise<Orphans> =>
  answerOf(api.GET('/api/providers/{provider}/orphans', at(provider)));
export const removeOrphans = (provider: string): Promise<Orphans> =>
  answerOf(api.DELETE('/api/providers/{provider}/orphans', at(provider)));
