import { Wakeup } from '../operation/wakeup.js';
import type { ScheduleStore } from '../store/operations/schedule-store.js';
import { errorText, JobLost, runJob, type JobResult, type JobTimes } from './job-run.js';
import type { Job } from './job.js';
import { pauseAfter } from './pause.js';

export interface SchedulerParts {
  readonly store: ScheduleStore;
  readonly jobs: readonly Job[];
  readonly log: SchedulerLog;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** pino's logger, as far as it is used here. */
export interface SchedulerLog {
  warn(fields: object, message: string): void;
}

export interface SchedulerOptions extends JobTimes {
  /** Unique among all controllers that ever were. */
  readonly owner: string;
}

/** Looks at the database no more often, and no less often. */
const minLookMs = 50;
const maxLookMs = 30_000;

/**
 * Runs jobs when they are due. Of several controllers with one database one runs each job; what is due, and what
 * became of it, outlives all of them. Jobs run side by side, none beside itself.
 */
export class Scheduler {
  readonly #stop = new AbortController();
  readonly #wakeup = new Wakeup(this.#stop.signal);
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #running = new Map<string, Promise<void>>();
  /** Work that was given up and has not ended: it is not begun once more beside itself. */
  readonly #leftBehind = new Set<string>();
  #loop: Promise<void> | undefined;

  constructor(
    private readonly parts: SchedulerParts,
    private readonly options: SchedulerOptions,
  ) {
    this.#jobs = new Map(parts.jobs.map((job) => [job.name, job]));
  }

  /** Writes the jobs down and begins to run them. */
  async start(): Promise<void> {
    await this.parts.store.declare(this.parts.jobs);
    this.#loop = this.#look();
  }

  /** Tells running jobs to end, and gives those that did not back to the next controller. */
  async stop(): Promise<void> {
    this.#stop.abort(new JobLost('the controller stops'));
    await this.#loop;
    await Promise.all(this.#running.values());
    this.#wakeup.close();
  }

  async #look(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const pauseMs = await this.#startDue().catch((error: unknown) => {
        this.parts.log.warn({ err: error }, 'could not look for jobs that are due');
        return maxLookMs;
      });
      await this.#wakeup.wait(Math.min(maxLookMs, Math.max(minLookMs, pauseMs)));
    }
  }

  /** Resolves to the milliseconds until the next job is due. */
  async #startDue(): Promise<number> {
    const free = (): string[] =>
      [...this.#jobs.keys()].filter((name) => !this.#running.has(name) && !this.#leftBehind.has(name));
    while (!this.#stop.signal.aborted) {
      const taken = await this.parts.store.claim(this.options.owner, this.options.leaseMs, free());
      if (taken === undefined) break;
      this.#begin(this.#jobs.get(taken.name)!, taken.failures);
    }
    const names = free();
    const ms = await this.parts.store.msUntilDue(names);
    if (ms !== undefined || names.length === 0) return ms ?? maxLookMs;
    // One is not written down: another controller has had it forgotten, as a job that nobody did.
    await this.parts.store.declare(names.map((name) => this.#jobs.get(name)!));
    return 0;
  }

  #begin(job: Job, failures: number): void {
    const work = async (signal: AbortSignal): Promise<void> => {
      this.#leftBehind.add(job.name);
      try {
        await job.run(signal);
      } finally {
        this.#leftBehind.delete(job.name);
        this.#wakeup.wake();
      }
    };
    const { owner } = this.options;
    const run = runJob(job, work, {
      store: this.parts.store,
      owner,
      times: this.options,
      stopping: this.#stop.signal,
    })
      .then((result) => this.#record(job, failures, result))
      .catch((error: unknown) =>
        this.parts.log.warn(
          { err: error, job: job.name },
          'could not record how a job ended; its lease will expire',
        ),
      )
      .finally(() => {
        this.#running.delete(job.name);
        this.#wakeup.wake();
      });
    this.#running.set(job.name, run);
  }

  async #record(job: Job, before: number, { outcome, error }: JobResult): Promise<void> {
    const { store, log, random } = this.parts;
    const { owner } = this.options;
    if (outcome === 'lost') return void (await store.handBack(job.name, owner));
    if (outcome === 'succeeded')
      return void (await store.finish(job.name, owner, {
        outcome,
        pauseMs: pauseAfter(job.everyMs, 0, random()),
      }));
    const pauseMs = pauseAfter(job.everyMs, before + 1, random());
    log.warn({ err: error, job: job.name, outcome, pauseMs }, 'a job failed; it is tried again');
    await store.finish(job.name, owner, { outcome, error: errorText(error), pauseMs });
  }
}
