import { UserError } from '../../../../base/errors.js';
import { sortedByKey } from '../../databag/sorted-by-key.js';
import { releaseSummary } from '../release-summary.js';

/** Process type -> seconds between SIGTERM and SIGKILL; null puts back the default. */
export type TimeoutChanges = Readonly<Record<string, number | null>>;

/** Shorter than any wait of a step that stops containers. */
const maxStopTimeout = 60;

/** The timeouts with these changes, types sorted. @throws UserError naming the field and its value */
export function mergeTimeouts(
  present: Readonly<Record<string, number>>,
  changes: TimeoutChanges,
): Record<string, number> {
  if (Object.keys(changes).length === 0)
    throw new UserError('name at least one process type and its timeout, like worker=30', {
      field: 'timeouts',
    });
  const merged = new Map(Object.entries(present));
  for (const [type, seconds] of Object.entries(changes)) {
    if (seconds === null) merged.delete(type);
    else merged.set(type, checked(type, seconds));
  }
  return sortedByKey([...merged]);
}

/** What a change does: `Stop web within 30 s; stop worker as by default`. */
export function summariseTimeouts(changes: TimeoutChanges): string {
  return releaseSummary(
    Object.entries(changes).map(
      ([type, seconds]) => `stop ${type} ${seconds === null ? 'as by default' : `within ${seconds} s`}`,
    ),
  );
}

function checked(type: string, seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= maxStopTimeout) return seconds;
  throw new UserError(
    `${seconds} is not a valid timeout of ${type}: expected whole seconds from 1 to ${maxStopTimeout}, e.g. 30`,
    { field: `timeouts.${type}` },
  );
}
