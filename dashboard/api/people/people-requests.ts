import { listOf, most, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Perm, Transfer } from '../types.js';

export const listPerms = (formation: string): Promise<Listed<Perm>> =>
  answerOf(api.GET('/api/formations/{formation}/perms', listOf(formation)));
export const givePerm = (formation: string, username: string, role: Perm['role']): Promise<unknown> =>
  answerOf(api.POST('/api/formations/{formation}/perms', { ...of(formation), body: { username, role } }));
export const takePerm = (formation: string, username: string): Promise<unknown> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/perms/{username}', { params: { path: { formation, username } } }),
  );

/** Those that one is offered, and those that one offers. */
export const listTransfers = (): Promise<Listed<Transfer>> =>
  answerOf(api.GET('/api/transfers', { params: most }));
export const offerFormation = (formation: string, username: string): Promise<Transfer> =>
  answerOf(api.POST('/api/formations/{formation}/transfer', { ...of(formation), body: { username } }));
export const withdrawOffer = (formation: string): Promise<unknown> =>
  answerOf(api.DELETE('/api/formations/{formation}/transfer', of(formation)));
export const acceptOffer = (transfer: string): Promise<unknown> =>
  answerOf(api.POST('/api/transfers/{transfer}/accept', { params: { path: { transfer } } }));
export const declineOffer = (transfer: string): Promise<unknown> =>
  answerOf(api.POST('/api/transfers/{transfer}/decline', { params: { path: { transfer } } }));
