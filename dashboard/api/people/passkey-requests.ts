import { browserProblem } from '../browser-problem.js';
import { most, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Info, Schemas, User } from '../types.js';

export type Passkey = Schemas['Passkey'];

/** The library for them is loaded when the first one is used. */
const loadLibrary = () => import('@simplewebauthn/browser');

/** Whether this page, in this browser, may use passkeys. */
export function hasPasskeys({ passkeys }: Info): boolean {
  return passkeys === location.origin && 'PublicKeyCredential' in window;
}

export const listPasskeys = (): Promise<Listed<Passkey>> =>
  answerOf(api.GET('/api/passkeys', { params: most }));
export const removePasskey = (passkey: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/passkeys/{passkey}', { params: { path: { passkey } } }));

/** Has the browser make one, and adds it. @throws Refusal, Error when the browser made none */
export async function addPasskey(asked: { id: string; password: string; code?: string }): Promise<Passkey> {
  const { startRegistration } = await loadLibrary();
  const { options } = await answerOf(api.POST('/api/passkey-registrations', { body: asked }));
  type Options = Parameters<typeof startRegistration>[0]['optionsJSON'];
  const credential = await startRegistration({ optionsJSON: options as unknown as Options }).catch(fail);
  return answerOf(api.POST('/api/passkeys', { body: { credential: sent(credential) } }));
}

/** Signs in by one that the browser has. @throws Refusal, Error when the browser used none */
export async function signInByPasskey(): Promise<{ user: User }> {
  const { startAuthentication } = await loadLibrary();
  const { options } = await answerOf(api.POST('/api/passkey-challenges'));
  type Options = Parameters<typeof startAuthentication>[0]['optionsJSON'];
  const credential = await startAuthentication({ optionsJSON: options as unknown as Options }).catch(fail);
  return answerOf(api.POST('/api/passkey-sessions', { body: { credential: sent(credential) } }));
}

function fail(error: unknown): never {
  throw browserProblem(error);
}

/** Nobody listens to what extensions say. */
function sent<T extends object>(credential: T) {
  return { ...credential, clientExtensionResults: {} };
}
