import { UserError } from '../../base/errors.js';
import type { Settings } from '../settings/settings.js';
import { ScheduleStore, type ScheduledJob } from '../store/operations/schedule-store.js';
import type { AddCommand } from './command-context.js';
import { withDatabase } from './database/with-database-url.js';

/** `deis-controller schedule`. */
export const addSchedule: AddCommand = (program, { settings, print }) => {
  program
    .command('schedule')
    .summary('list periodic jobs: their last run, next run and last error')
    .description(
      'Lists the periodic jobs of the controller, with their last run, their next run and their last error. ' +
        'Works while the controller runs and while it does not.',
    )
    .action(async () => {
      const jobs = await readSchedule(settings());
      if (jobs.length === 0) print('no controller has run jobs on this database yet');
      for (const job of jobs) for (const line of describeJob(job)) print(line);
    });
};

/** The lines that tell of a job. */
export function describeJob(job: ScheduledJob): string[] {
  const { name, everyMs, leaseOwner, startedAt, endedAt, outcome, notBefore, error } = job;
  const last =
    outcome === null || endedAt === null ? 'none has ended' : `${outcome} ${endedAt.toISOString()}`;
  const next =
    leaseOwner !== null && startedAt !== null
      ? `goes on since ${startedAt.toISOString()}`
      : notBefore.toISOString();
  return [
    `${name}: every ${everyMs / 1000} s`,
    `  last run: ${last}`,
    `  next run: ${next}`,
    ...(error === null ? [] : [`  last error: ${error.replaceAll(/\s*\n\s*/g, ' ')}`]),
  ];
}

function readSchedule(settings: Settings): Promise<ScheduledJob[]> {
  return withDatabase(settings, async (database) => {
    try {
      if (!(await database.schema.hasTable('scheduled_jobs'))) return [];
      return await new ScheduleStore(database).list();
    } catch (error) {
      throw new UserError(`cannot read the schedule: ${(error as Error).message}`, { cause: error });
    }
  });
}
