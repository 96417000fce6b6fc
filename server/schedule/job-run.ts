import { OperationDeadline } from '../operation/operation-errors.js';
import { runStep } from '../operation/run-step.js';
import type { JobOutcome, ScheduleStore } from '../store/operations/schedule-store.js';
import { messageOf } from '../../base/errors.js';
import type { Job } from './job.js';

export interface JobTimes {
  /** A controller that died holds its job for so long. */
  readonly leaseMs: number;
  /** How long work may take to end after its signal was aborted, before it is left behind. */
  readonly graceMs: number;
}

/** The job belongs to another controller now, or will do so soon. */
export class JobLost extends Error {
  override readonly name = 'JobLost';
}

/** How the work of a run ended; `lost` when it must be left to others. */
export type JobResult =
  | { readonly outcome: JobOutcome; readonly error?: unknown }
  | { readonly outcome: 'lost'; readonly error: unknown };

export interface JobRunParts {
  readonly store: Pick<ScheduleStore, 'renew'>;
  readonly owner: string;
  readonly times: JobTimes;
  /** Aborted when the controller stops. */
  readonly stopping: AbortSignal;
}

/**
 * Runs a job that this controller holds, and keeps its lease meanwhile. `work` is what was begun, which may go on
 * after the result when it ignores its signal.
 */
export async function runJob(
  job: Job,
  work: (signal: AbortSignal) => Promise<void>,
  parts: JobRunParts,
): Promise<JobResult> {
  const lost = new AbortController();
  const end = keepLease(job.name, parts, (why) => lost.abort(new JobLost(why)));
  const signal = AbortSignal.any([parts.stopping, lost.signal]);
  const limits = { name: job.name, deadlineMs: job.deadlineMs, signal, graceMs: parts.times.graceMs };
  try {
    await runStep(limits, work);
    return { outcome: 'succeeded' };
  } catch (error) {
    if (signal.aborted) return { outcome: 'lost', error };
    if (error instanceof OperationDeadline)
      return { outcome: 'given up', error: new Error(`not done within ${job.deadlineMs / 1000} s`) };
    return { outcome: 'failed', error };
  } finally {
    end();
  }
}

/** Renews the lease three times in its length; says when it is lost, or may be because the database is away. */
function keepLease(
  name: string,
  { store, owner, times }: JobRunParts,
  onLost: (why: string) => void,
): () => void {
  let renewedAt = performance.now();
  const renew = async (): Promise<void> => {
    const askedAt = performance.now();
    const answer = await store.renew(name, owner, times.leaseMs).catch(() => 'away' as const);
    if (answer === true) renewedAt = askedAt;
    else if (answer === false) onLost('another controller has taken the job over');
    else if (performance.now() - renewedAt >= times.leaseMs)
      onLost('the database was away for longer than the lease');
  };
  const timer = setInterval(() => void renew(), times.leaseMs / 3);
  return () => clearInterval(timer);
}

const maxErrorLength = 500;

/** What the schedule keeps of an error. */
export function errorText(error: unknown): string {
  return messageOf(error).slice(0, maxErrorLength);
}
