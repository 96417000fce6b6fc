import { Conflict } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import { requireAlive } from '../requests/enqueue-operation.js';

/**
 * Locks a formation that others are to live on. @throws Conflict for one that goes, or lives on the nodes of
 * another itself
 */
export async function requireHost(
  stores: Stores,
  { id, name }: Pick<FormationRecord, 'id' | 'name'>,
): Promise<FormationRecord> {
  await stores.formations.lock(id);
  const host = await requireAlive(stores, id);
  if (host.hostId === null) return host;
  const ground = (await stores.formations.byId(host.hostId))?.name ?? 'another';
  throw new Conflict(`${name} has no nodes of its own, it lives on those of ${ground}: name that one`);
}
