import type { Database } from '../database.js';
import { heldPlaces, isBefore, shareOf, type StepSlots } from './fair-share.js';

/** What an operation waits for before it begins. */
export const waitReasons = ['operation', 'time', 'build-slot', 'worker'] as const;
export type WaitReason = (typeof waitReasons)[number];

/** Where an unfinished operation stands. */
export interface QueuePosition {
  /** How many of its formation and lane come first. */
  readonly position: number;
  /** Id of the first of them: it holds the formation. */
  readonly waitsFor: string | null;
  /** Null once a worker has begun it. */
  readonly waitingFor: WaitReason | null;
  /** Since it was accepted, by the database's clock. */
  readonly ageSeconds: number;
}

/** The queue as those see it who wait in it. */
export class QueueStore {
  constructor(private readonly database: Database) {}

  /**
   * Where these operations stand, and what they wait for; those that have ended have no place. A build slot
   * is waited for while no worker has one that is left to the operation's requester.
   */
  async positionsOf(ids: readonly string[], slots: StepSlots): Promise<Map<string, QueuePosition>> {
    const answer = await this.database.raw<{ rows: (QueuePosition & { id: string })[] }>(
      `with held as (${heldPlaces}),
       own as (
         select operations.*, ${shareOf('operations')} as share
         from operations left join formations on formations.id = operations.formation_id
         where operations.id = any(:ids) and state in ('queued', 'running'))
       select own.id, first.position, first.id as "waitsFor",
         extract(epoch from now() - own.created_at)::int as "ageSeconds",
         case
           when own.state <> 'queued' then null
           when first.position > 0 then 'operation'
           when own.not_before > now() then 'time'
           when ${isBefore('own')} and slots.are_taken then 'build-slot'
           else 'worker'
         end as "waitingFor"
       from own
       cross join lateral (
         select count(*)::int as position, (array_agg(earlier.id order by earlier.seq))[1] as id
         from operations as earlier
         where earlier.formation_id = own.formation_id and earlier.lane = own.lane
           and earlier.seq < own.seq and earlier.state in ('queued', 'running')) as first
       cross join lateral (
         select coalesce(bool_and(mine >= :places - taken), false) as are_taken
         from (
           select count(*) filter (where in_step and held.share = own.share) as mine,
             count(*) filter (where in_step) as taken
           from held group by worker) as each_worker) as slots`,
      { ids, ...slots },
    );
    return new Map(answer.rows.map(({ id, ...place }) => [id, place]));
  }
}
