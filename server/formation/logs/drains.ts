import { isIP } from 'node:net';
import { Conflict, UserError } from '../../../base/errors.js';
import { Secret } from '../../../base/secret.js';
import { remoteRefusal } from '../../remote/remote-refusal.js';
import type { DrainRecord, DrainType } from '../../store/drains/drain-store.js';
import type { Stores } from '../../store/stores.js';
import type { FormationParts } from '../context/formation-parts.js';
import { readDrainUrl, shownUrl } from './drain-url.js';

/** Of one formation, and of the controller. */
const maxDrains = 5;

export interface DrainRequest {
  readonly url: string;
  readonly name?: string | undefined;
  readonly type?: DrainType | undefined;
}

/**
 * Has lines sent somewhere from now on: those of a formation, or with null those of all. Without a name it is
 * called `drain-1`, or the next one that is free.
 * @throws UserError for an address that is not to be dialled; Conflict for a name that is taken, and for one too many
 */
export async function addDrain(
  { stores, allowsDrainTo, newId }: Pick<FormationParts, 'stores' | 'allowsDrainTo' | 'newId'>,
  formationId: number | null,
  { url, name, type }: DrainRequest,
): Promise<DrainRecord> {
  const target = readDrainUrl(url, type);
  if (isIP(target.host) !== 0 && !allowsDrainTo(target.host))
    throw new UserError(drainRefusal(target.host), { field: 'url' });
  return alone(stores, formationId, async (inside) => {
    const names = await inside.drains.names(formationId);
    if (names.length >= maxDrains)
      throw new Conflict(`there are ${names.length} drains already, and no more than ${maxDrains} can be`);
    return inside.drains.insert({
      formationId,
      name: name ?? freeName(names),
      token: `d.${newId()}`,
      type: target.type,
      shown: shownUrl(target),
      url: new Secret(url),
    });
  });
}

/** Why no logs go to that host. */
export function drainRefusal(host: string): string {
  return remoteRefusal(host, 'where no logs are sent', 'DEIS_LOG_DRAIN_NETWORKS');
}

/** One at a time: else two of them could be one too many. */
async function alone<T>(
  stores: Stores,
  formationId: number | null,
  work: (inside: Stores) => Promise<T>,
): Promise<T> {
  if (formationId !== null) return stores.withFormationLock(formationId, work);
  return stores.withLock('drains of the controller', () => stores.transaction(work));
}

function freeName(names: readonly string[]): string {
  const numbers = Array.from({ length: names.length + 1 }, (_, index) => `drain-${index + 1}`);
  return numbers.find((name) => !names.includes(name)) ?? `drain-${names.length + 1}`;
}
