import { listOf, of, type Listed } from '../asked.js';
import { answerOf, api } from '../client.js';
import type { Guest, HostShare, Quota, QuotaChanges } from '../types.js';

/** Of guests to come. */
export interface NewQuota {
  readonly quota: Quota;
  /** How many each person may have who has no role in the host; null: as many as they like. */
  readonly guests: number | null;
}

export const listGuests = (formation: string): Promise<Listed<Guest>> =>
  answerOf(api.GET('/api/formations/{formation}/guests', listOf(formation)));
/** What those to come may use. */
export const readNewQuota = (formation: string): Promise<NewQuota> =>
  answerOf(api.GET('/api/formations/{formation}/quotas', of(formation)));
/** @param guest one that lives there; undefined: those to come */
export const changeQuota = (
  formation: string,
  guest: string | undefined,
  changes: QuotaChanges,
): Promise<unknown> =>
  answerOf(
    api.POST('/api/formations/{formation}/quotas', {
      ...of(formation),
      body: { ...changes, ...(guest === undefined ? {} : { guest }) },
    }),
  );

export const listHostShares = (formation: string): Promise<Listed<HostShare>> =>
  answerOf(api.GET('/api/formations/{formation}/host-shares', listOf(formation)));
export const shareHost = (formation: string, username: string): Promise<HostShare> =>
  answerOf(api.POST('/api/formations/{formation}/host-shares', { ...of(formation), body: { username } }));
export const unshareHost = (formation: string, username: string): Promise<unknown> =>
  answerOf(
    api.DELETE('/api/formations/{formation}/host-shares/{username}', {
      params: { path: { formation, username } },
    }),
  );
/** For admins of the platform. */
export const setDefaultHost = (formation: string, isDefault: boolean): Promise<unknown> =>
  answerOf(
    api.POST('/api/formations/{formation}/default-host', {
      ...of(formation),
      body: { default: isDefault },
    }),
  );
