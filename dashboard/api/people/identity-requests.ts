import { answerOf, api } from '../client.js';
import type { Schemas } from '../types.js';

export type Identity = Schemas['Identity'];
export interface Identities {
  readonly provider: string | null;
  readonly has_password: boolean;
  readonly results: readonly Identity[];
}

/** As long as the API takes a place; from a longer one people come back to the first screen. */
const maxPlace = 500;
const place = (): string => (location.hash.length <= maxPlace ? location.hash : '');

export const listIdentities = (): Promise<Identities> => answerOf(api.GET('/api/auth/identities'));
export const removeIdentity = (identity: number): Promise<unknown> =>
  answerOf(
    api.DELETE('/api/auth/identities/{identity}', { params: { path: { identity: String(identity) } } }),
  );

/** Of somebody who has none. */
export const setFirstPassword = (password: string): Promise<unknown> =>
  answerOf(api.POST('/api/auth/passwd', { body: { new_password: password } }));

/** Leaves for the provider; the browser comes back to where it is. */
export async function goToProvider(): Promise<void> {
  const { url } = await answerOf(api.POST('/api/auth/oidc', { body: { return_to: place() } }));
  location.assign(url);
}

/** The same, to link an account there. */
export async function goAndLink(shown: { password: string; code?: string }): Promise<void> {
  const body = { ...shown, return_to: place() };
  const { url } = await answerOf(api.POST('/api/auth/identities', { body }));
  location.assign(url);
}

export const finishSignIn = (query: string): Promise<Schemas['ExternalSession']> =>
  answerOf(api.POST('/api/auth/oidc/finish', { body: { query } }));
export const confirmIdentity = (query: string): Promise<Schemas['NewIdentity']> =>
  answerOf(api.POST('/api/auth/oidc/link', { body: { query } }));
