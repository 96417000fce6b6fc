import { listOf, most, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { AuditEntry, Info, ListedUser } from '../types.js';

export const listAudit = (formation: string): Promise<Listed<AuditEntry>> =>
  answerOf(api.GET('/api/formations/{formation}/audit', listOf(formation, 200)));

/** For platform admins, as all below. */
export const listAllAudit = (): Promise<Listed<AuditEntry>> =>
  answerOf(api.GET('/api/audit', { params: { query: { limit: 200 } } }));
export const listUsers = (): Promise<Listed<ListedUser>> => answerOf(api.GET('/api/users', { params: most }));
export const inviteUser = (email: string): Promise<{ readonly code: string; readonly expires_at: string }> =>
  answerOf(api.POST('/api/users/invite', { body: email === '' ? {} : { email } }));
export type RegistrationMode = 'open' | 'invite' | 'closed';
export const setRegistration = (mode: RegistrationMode): Promise<{ registration: Info['registration'] }> =>
  answerOf(api.POST('/api/users/registration', { body: { mode } }));
export const addAdmin = (username: string): Promise<unknown> =>
  answerOf(api.POST('/api/admins', { body: { username } }));
export const removeAdmin = (username: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/admins/{username}', { params: { path: { username } } }));
