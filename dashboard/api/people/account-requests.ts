import { most, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Key, NewToken, Schemas, Token } from '../types.js';

/** What a token is to be; `formation` is of a deploy token, `days` of one that ends. */
export interface TokenRequest {
  readonly name: string;
  readonly scope: Token['scope'];
  readonly formation?: string;
  readonly days?: number;
}

export const listTokens = (): Promise<Listed<Token>> => answerOf(api.GET('/api/tokens', { params: most }));
export const createToken = (body: TokenRequest): Promise<NewToken> =>
  answerOf(api.POST('/api/tokens', { body: { ...body } }));
export const revokeToken = (token: number): Promise<unknown> =>
  answerOf(api.DELETE('/api/tokens/{token}', { params: { path: { token: String(token) } } }));

export const listKeys = (): Promise<Listed<Key>> => answerOf(api.GET('/api/keys', { params: most }));
/** Without an id its comment names it. */
export const addKey = (body: { public: string; id?: string }): Promise<Key> =>
  answerOf(api.POST('/api/keys', { body }));
export const removeKey = (key: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/keys/{key}', { params: { path: { key } } }));

/** All other sessions, and all tokens, end. @throws Refusal 400 for a wrong password */
export const changePassword = (password: string, next: string): Promise<unknown> =>
  answerOf(api.POST('/api/auth/passwd', { body: { password, new_password: next } }));

/** @throws Refusal 400 for a wrong password, 409 while it may not go */
export const deleteAccount = (password: string): Promise<unknown> =>
  answerOf(api.POST('/api/auth/cancel', { body: { password } }));

/** A secret for an authenticator app, shown once. */
export type TotpSecret = Schemas['NewTotp'];

export const readTotp = (): Promise<Schemas['Totp']> => answerOf(api.GET('/api/auth/totp'));
export const beginTotp = (password: string): Promise<TotpSecret> =>
  answerOf(api.POST('/api/auth/totp', { body: { password } }));
export const confirmTotp = (code: string): Promise<Schemas['RecoveryCodes']> =>
  answerOf(api.POST('/api/auth/totp/confirm', { body: { code } }));
export const disableTotp = (password: string, code: string): Promise<unknown> =>
  answerOf(api.POST('/api/auth/totp/disable', { body: { password, code } }));
