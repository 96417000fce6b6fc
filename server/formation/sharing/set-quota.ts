import { byteSize } from '../../../base/byte-size.js';
import { NotFound, UserError } from '../../../base/errors.js';
import type { FormationRecord, Quota } from '../../store/app/formation-store.js';
import type { Stores } from '../../store/stores.js';
import { requireAlive } from '../requests/enqueue-operation.js';

/** Null takes a limit away; what is not named stays. */
export interface QuotaChanges {
  readonly containers?: number | null | undefined;
  /** Bytes, or text: `512M`, `1.5G`. */
  readonly memory?: string | number | null | undefined;
  /** Cores. */
  readonly cpus?: number | null | undefined;
}

const mostMemory = 2 ** 50;

/**
 * Changes what a guest may use on its host's nodes; without one, what guests to come may. What runs stays.
 * @throws NotFound for a formation that does not live there, UserError for a value that cannot be, or for none
 */
export async function setQuota(
  stores: Stores,
  host: Pick<FormationRecord, 'id' | 'name'>,
  guest: string | null,
  changes: QuotaChanges,
): Promise<Quota> {
  if (Object.values(changes).every((value) => value === undefined))
    throw new UserError('name at least one of containers, memory and cpus, e.g. containers=10', {
      field: 'containers',
    });
  return stores.withFormationLock(host.id, async (inside) => {
    const { guestQuota } = await requireAlive(inside, host.id);
    if (guest === null) {
      const quota = merge(guestQuota, changes);
      await inside.formations.setGuestQuota(host.id, quota);
      return quota;
    }
    const { id } = (await inside.formations.guestsOf(host.id)).find(({ name }) => name === guest) ?? {};
    const present = id === undefined ? undefined : await inside.formations.lock(id);
    if (present === undefined)
      throw new NotFound(`no formation ${JSON.stringify(guest)} lives on the nodes of ${host.name}`);
    const quota = merge(present.quota, changes);
    await inside.formations.setQuota(present.id, quota);
    return quota;
  });
}

function merge(present: Quota, { containers, memory, cpus }: QuotaChanges): Quota {
  const given = { containers, memory: memory === undefined ? undefined : bytesOf(memory), cpus };
  const merged: Partial<Record<keyof Quota, number>> = { ...present };
  for (const [what, value] of Object.entries(given) as [keyof Quota, number | null | undefined][]) {
    if (value === null) delete merged[what];
    else if (value !== undefined) merged[what] = value;
  }
  return merged;
}

function bytesOf(memory: string | number | null): number | null {
  if (memory === null) return null;
  const bytes = byteSize(String(memory));
  if (bytes >= 0 && bytes <= mostMemory) return bytes;
  throw new UserError(
    `${JSON.stringify(memory)} is not a valid amount of memory: expected one like 512M or 2G`,
    {
      field: 'memory',
    },
  );
}
