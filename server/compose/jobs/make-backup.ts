import type { Job } from '../../schedule/job.js';
import type { Settings } from '../../settings/settings.js';
import type { Base } from '../open-base.js';
import { backUp, backupDeadlineMs, ownProgram } from './run-backup.js';

/** The periodic {@link backUp}. */
export function makeBackup(
  { backup }: Pick<Settings, 'backup'>,
  { log }: Pick<Base, 'log'>,
  program = ownProgram(),
): Job {
  const run = (signal: AbortSignal): Promise<void> => backUp(backup, log, signal, program);
  return { name: 'backup', everyMs: backup.everyMs, deadlineMs: 2 * backupDeadlineMs, run };
}
