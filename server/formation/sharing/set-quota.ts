import { byteSize } from '../../../base/byte-size.js';
import { NotFound, UserError } from '../../../base/errors.js';
import type { FormationRecord } from '../../store/app/formation-store.js';
import type { GuestQuota, Quota } from '../../store/app/quota.js';
import type { Stores } from '../../store/stores.js';
import { requireAlive } from '../requests/enqueue-operation.js';

/** Null takes a limit away; what is not named stays. */
export interface QuotaChanges {
  readonly containers?: number | null | undefined;
  /** Bytes, or text: `512M`, `1.5G`. */
  readonly memory?: string | number | null | undefined;
  /** Cores. */
  readonly cpus?: number | null | undefined;
  /** As memory. */
  readonly disk?: string | number | null | undefined;
  /** How many guests each person may have; of those to come alone. */
  readonly guests?: number | null | undefined;
}

/**
 * Comes with the first quota of guests to come, unless the request says another: a quota of each of as many
 * guests as one likes bounds nobody.
 */
export const guestsWithQuota = 3;

const mostBytes = 2 ** 50;

/**
 * Changes what a guest may use on its host's nodes; without one, what guests to come may, and how many of them
 * each person may have. What runs stays.
 * @throws NotFound for a formation that does not live there, UserError for a value that cannot be, or for none
 */
export async function setQuota(
  stores: Stores,
  host: Pick<FormationRecord, 'id' | 'name'>,
  guest: string | null,
  changes: QuotaChanges,
): Promise<GuestQuota> {
  requireChanges(guest, changes);
  return stores.withFormationLock(host.id, async (inside) => {
    const { guestQuota } = await requireAlive(inside, host.id);
    if (guest === null) {
      const quota = merge(
        guestQuota,
        isFirst(guestQuota, changes) ? { ...changes, guests: guestsWithQuota } : changes,
      );
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

/** What a guest gets that is new to its host. */
export function quotaOf({ guests: _, ...quota }: GuestQuota): Quota {
  return quota;
}

function isFirst(present: GuestQuota, changes: QuotaChanges): boolean {
  const limits = Object.values(changes).some((value) => value !== undefined && value !== null);
  return Object.keys(present).length === 0 && changes.guests === undefined && limits;
}

/** @throws UserError for none, and for those that make no sense of one guest */
function requireChanges(guest: string | null, changes: QuotaChanges): void {
  if (Object.values(changes).every((value) => value === undefined))
    throw new UserError(
      'name at least one of containers, memory, cpus and disk, or of guests to come guests, e.g. containers=10',
      { field: 'containers' },
    );
  if (guest !== null && changes.guests !== undefined)
    throw new UserError(`guests is how many each person may have: leave ${guest} out, or guests`, {
      field: 'guests',
    });
}

function merge(present: GuestQuota, { memory, disk, ...others }: QuotaChanges): GuestQuota {
  const given = { ...others, memory: bytesOf('memory', memory), disk: bytesOf('disk', disk) };
  const merged: Partial<Record<keyof GuestQuota, number>> = { ...present };
  for (const [what, value] of Object.entries(given) as [keyof GuestQuota, number | null | undefined][]) {
    if (value === null) delete merged[what];
    else if (value !== undefined) merged[what] = value;
  }
  return merged;
}

function bytesOf(
  field: 'memory' | 'disk',
  amount: string | number | null | undefined,
): number | null | undefined {
  if (amount === null || amount === undefined) return amount;
  const bytes = byteSize(String(amount));
  if (bytes >= 0 && bytes <= mostBytes) return bytes;
  throw new UserError(
    `${JSON.stringify(amount)} is not a valid amount of ${field}: expected one like 512M or 2G`,
    { field },
  );
}
