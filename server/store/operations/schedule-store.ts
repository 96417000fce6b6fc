import { aliased, aliasedText, type Columns } from '../columns.js';
import type { Database } from '../database.js';

/** What the database knows of a periodic job. Times are those of the database's clock. */
export interface ScheduledJob {
  readonly name: string;
  readonly everyMs: number;
  /** When it is due. */
  readonly notBefore: Date;
  /** How often it has failed since it last succeeded. */
  readonly failures: number;
  /** Who runs it now. */
  readonly leaseOwner: string | null;
  readonly leaseExpiresAt: Date | null;
  /** Of the last run, or of the one that goes on now. */
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly outcome: JobOutcome | null;
  /** What the last run that did not succeed failed of; kept after a success. */
  readonly error: string | null;
}

export type JobOutcome = 'succeeded' | 'failed' | 'given up';

/** How a run has ended. */
export interface JobEnd {
  readonly outcome: JobOutcome;
  readonly error?: string;
  /** Until it is due again. */
  readonly pauseMs: number;
}

const columns: Columns<ScheduledJob> = {
  name: 'name',
  everyMs: 'every_ms',
  notBefore: 'not_before',
  failures: 'failures',
  leaseOwner: 'lease_owner',
  leaseExpiresAt: 'lease_expires_at',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  outcome: 'outcome',
  error: 'error',
};

/**
 * When a job may be taken. One that is due in more than two of its periods was written by a clock that has been
 * set back since: it does not wait for that time.
 */
const dueAt = `case when not_before > now() + 2 * every_ms * interval '1 millisecond' then now() else not_before end`;
const isFree = '(lease_owner is null or lease_expires_at < now())';

/** Periodic jobs: when each is due, and who runs it. One holder at a time, by a lease that it renews. */
export class ScheduleStore {
  constructor(private readonly database: Database) {}

  /** Writes down the jobs that there are. A new one is due at once; a shorter period brings the next run nearer. */
  async declare(jobs: readonly { readonly name: string; readonly everyMs: number }[]): Promise<void> {
    for (const { name, everyMs } of jobs)
      await this.database.raw(
        `insert into scheduled_jobs as job (name, every_ms) values (:name, :everyMs)
         on conflict (name) do update set every_ms = excluded.every_ms,
           not_before = case when job.failures > 0 then job.not_before else
             least(job.not_before, now() + excluded.every_ms * interval '1 millisecond') end`,
        { name, everyMs },
      );
  }

  /**
   * Forgets a job that nobody does any more: it has been due for so long, and no controller holds it. One that does it
   * takes it within seconds of its time, whatever the settings and the version of this one are.
   */
  async forgetAbandoned(name: string, forMs: number): Promise<void> {
    await this.database.raw(
      `delete from scheduled_jobs
       where name = :name and ${isFree} and ${dueAt} < now() - :forMs * interval '1 millisecond'`,
      { name, forMs },
    );
  }

  /** Takes the job that is due longest, of these. undefined when there is none. Of several takers each gets another. */
  async claim(owner: string, leaseMs: number, names: readonly string[]): Promise<ScheduledJob | undefined> {
    const { rows } = await this.database.raw<{ rows: ScheduledJob[] }>(
      `update scheduled_jobs set
         lease_owner = :owner, lease_expires_at = now() + :leaseMs * interval '1 millisecond', started_at = now()
       where name = (
         select name from scheduled_jobs
         where name = any(:names) and ${isFree} and ${dueAt} <= now()
         order by not_before, name limit 1 for update skip locked)
       returning ${aliasedText(columns)}`,
      { owner, leaseMs, names: [...names] },
    );
    return rows[0];
  }

  /** False when the lease is no longer ours. */
  async renew(name: string, owner: string, leaseMs: number): Promise<boolean> {
    const lease = { lease_expires_at: this.#in(leaseMs) };
    return (await this.#held(name, owner).update(lease)) > 0;
  }

  /** Records how a run has ended. False when the lease is no longer ours. */
  async finish(name: string, owner: string, { outcome, error, pauseMs }: JobEnd): Promise<boolean> {
    const isDone = outcome === 'succeeded';
    const end = {
      ...free,
      ended_at: this.database.fn.now(),
      outcome,
      failures: isDone ? 0 : this.database.raw('failures + 1'),
      not_before: this.#in(pauseMs),
      ...(error === undefined ? {} : { error }),
    };
    return (await this.#held(name, owner).update(end)) > 0;
  }

  /** Gives the job back unfinished: it stays due, for the controller that looks next. */
  async handBack(name: string, owner: string): Promise<boolean> {
    return (await this.#held(name, owner).update(free)) > 0;
  }

  /** Milliseconds until one of these may be taken, 0 for now; undefined when one of them is not written down. */
  async msUntilDue(names: readonly string[]): Promise<number | undefined> {
    const { rows } = await this.database.raw<{ rows: { ms: number | null }[] }>(
      `select ceil(extract(epoch from
         min(greatest(${dueAt}, coalesce(lease_expires_at, now()), now())) - now()) * 1000)::int8 as ms
       from scheduled_jobs where name = any(:names) having count(*) = :count`,
      { names: [...names], count: names.length },
    );
    return rows[0]?.ms ?? undefined;
  }

  /** Every job, by name. */
  async list(): Promise<ScheduledJob[]> {
    return this.database('scheduled_jobs').orderBy('name').select<ScheduledJob[]>(aliased(columns));
  }

  #in(ms: number) {
    return this.database.raw(`now() + ? * interval '1 millisecond'`, [ms]);
  }

  #held(name: string, owner: string) {
    return this.database('scheduled_jobs').where({ name, lease_owner: owner });
  }
}

const free = { lease_owner: null, lease_expires_at: null };
