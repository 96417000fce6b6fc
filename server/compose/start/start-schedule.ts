import type { Job } from '../../schedule/job.js';
import { Scheduler } from '../../schedule/scheduler.js';
import type { Settings } from '../../settings/settings.js';
import { leaseOwner, stepGraceMs } from '../constants.js';
import type { Base } from '../open-base.js';

/** Starts running jobs when they are due; of several controllers one runs each. */
export async function startSchedule({ leaseMs }: Settings, base: Base, jobs: readonly Job[]): Promise<void> {
  const { stores, log, shutdown } = base;
  const scheduler = new Scheduler(
    { store: stores.schedule, jobs, log, random: Math.random },
    { owner: leaseOwner, leaseMs, graceMs: stepGraceMs },
  );
  shutdown.add('the schedule', () => scheduler.stop());
  await scheduler.start();
}
