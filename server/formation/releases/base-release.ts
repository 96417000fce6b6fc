import type { ReleaseRecord } from '../../store/app/release-store.js';
import type { Stores } from '../../store/stores.js';

/**
 * The release that the next one is cut from: the newest that is live or still to be. Failed and superseded
 * ones are passed over, so that a build that did not start is not deployed again by a change of config.
 * undefined before the first.
 */
export async function baseRelease(stores: Stores, formationId: number): Promise<ReleaseRecord | undefined> {
  const releases = await stores.releases.ofFormation(formationId);
  return releases.find(({ state }) => state === 'live' || state === 'pending');
}
