import { toRow } from '../columns.js';
import type { Database } from '../database.js';
import { heldPlaces, isBefore, shareOf, type StepSlots } from './fair-share.js';
import { OperationEventStore } from './operation-event-store.js';
import { operationChannel, operationColumns, type OperationRecord, type Outcome } from './operation-store.js';

/** Who takes operations. */
export interface Taker {
  /** Unique among all workers that ever were. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Other kinds are left to others. */
  readonly kinds: readonly string[];
  /** Operations at once. */
  readonly places: number;
  readonly slots: StepSlots;
  /** Shares whose operations it has taken, the last one first. */
  readonly served: readonly string[];
}

/** An operation that is now carried out, and whose share it counts for. */
export interface Taken {
  readonly operation: OperationRecord;
  readonly share: string;
}

/** Operations as workers see them: who carries one out, until when. All times are the database's clock. */
export class LeaseStore {
  constructor(private readonly database: Database) {}

  /**
   * Takes the first operation that may begin: queued, or running under an expired lease, due, with no earlier
   * unfinished one of the same formation and lane, and within its requester's share. undefined when there is
   * none. Of several takers each gets another.
   *
   * A user holds at most as many of the taker's places as are free, slots likewise: one of several places is
   * always left to others. Of several users the one who holds fewest places comes first, of those the one
   * who was served longest ago.
   */
  async claim({ owner, leaseMs, kinds, places, slots, served }: Taker): Promise<Taken | undefined> {
    const { rows } = await this.database.raw<{ rows: (OperationRecord & { share: string })[] }>(claimQuery, {
      owner,
      leaseMs,
      kinds,
      places,
      served,
      kind: slots.kind,
      step: slots.step,
      slotPlaces: slots.places,
    });
    const [row] = rows;
    if (row === undefined) return undefined;
    const { share, ...operation } = row;
    return { operation, share };
  }

  /** Extends the lease. undefined when it is no longer ours; else whether somebody asked to cancel. */
  async renew(
    id: string,
    owner: string,
    leaseMs: number,
  ): Promise<{ readonly cancelRequested: boolean } | undefined> {
    const rows = await this.#held(id, owner)
      .update({
        heartbeat_at: this.database.fn.now(),
        lease_expires_at: this.database.raw(`now() + ? * interval '1 millisecond'`, [leaseMs]),
      })
      .returning<{ cancel_requested_at: Date | null }[]>('cancel_requested_at');
    return rows[0] && { cancelRequested: rows[0].cancel_requested_at !== null };
  }

  /** False when the lease is no longer ours. */
  async setStep(id: string, owner: string, step: string): Promise<boolean> {
    return (await this.#held(id, owner).update({ step })) > 0;
  }

  /** Queued again for whoever comes next, at its old place in the order; does not count as an attempt. */
  async handBack(id: string, owner: string): Promise<boolean> {
    const cleared = {
      lease_owner: null,
      lease_expires_at: null,
      state: 'queued',
      attempts: this.database.raw('attempts - 1'),
    };
    const changed = await this.#held(id, owner).update(cleared);
    await this.#notify(id);
    return changed > 0;
  }

  /**
   * Records the end and its event together. False when the lease is no longer ours: somebody else carries it
   * out.
   */
  async finish(id: string, owner: string, outcome: Outcome): Promise<boolean> {
    return this.database.transaction(async (transaction) => {
      const inside = new LeaseStore(transaction);
      const row = {
        ...toRow<OperationRecord>(operationColumns, outcome),
        finished_at: transaction.fn.now(),
        lease_owner: null,
        lease_expires_at: null,
      };
      const changed = await inside.#held(id, owner).update(row);
      if (changed === 0) return false;
      await new OperationEventStore(transaction).append(id, [{ type: 'end', data: { ...outcome } }]);
      await inside.#notify(id);
      return true;
    });
  }

  /** Milliseconds until the next queued operation becomes due; undefined when none waits for its time. */
  async msUntilDue(): Promise<number | undefined> {
    const row = await this.database('operations')
      .where({ state: 'queued' })
      .where('not_before', '>', this.database.fn.now())
      .first<{ ms: number | null } | undefined>(
        this.database.raw('ceil(extract(epoch from min(not_before) - now()) * 1000)::int8 as ms'),
      );
    return row?.ms ?? undefined;
  }

  async #notify(id: string): Promise<void> {
    await this.database.raw('select pg_notify(?, ?)', [operationChannel, id]);
  }

  #held(id: string, owner: string) {
    return this.database('operations').where({ id, state: 'running', lease_owner: owner });
  }
}

const columnList = Object.entries(operationColumns)
  .map(([field, column]) => `${column} as "${field}"`)
  .join(', ');

/** Binds what `claim` is given. */
const claimQuery = `
  with held as (${heldPlaces} and operations.lease_owner = :owner),
   chosen as (
     select candidate.id as chosen_id, taken.share
     from operations as candidate
       left join formations on formations.id = candidate.formation_id
       cross join lateral (
         select asker.share, count(held) as all_places, count(held) filter (where in_step) as all_slots,
           count(held) filter (where held.share = asker.share) as own_places,
           count(held) filter (where in_step and held.share = asker.share) as own_slots
         from (select ${shareOf('candidate')} as share) as asker left join held on true
         group by asker.share) as taken
     where (state = 'queued' or (state = 'running' and lease_expires_at < now()))
       and (not_before is null or not_before <= now())
       and kind = any(:kinds)
       and own_places < :places - all_places
       and (not ${isBefore('candidate')} or own_slots < :slotPlaces - all_slots)
       and not exists (
         select 1 from operations as earlier
         where earlier.formation_id = candidate.formation_id and earlier.lane = candidate.lane
           and earlier.seq < candidate.seq and earlier.state in ('queued', 'running'))
     order by own_places, array_position(:served::text[], taken.share) desc nulls first, seq
     limit 1 for update of candidate skip locked)
   update operations set
     state = 'running', attempts = attempts + 1, lease_owner = :owner, heartbeat_at = now(),
     lease_expires_at = now() + :leaseMs * interval '1 millisecond',
     started_at = coalesce(started_at, now())
   from chosen where id = chosen_id
   returning ${columnList}, share`;
