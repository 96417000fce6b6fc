import type { HealthSettings } from '../../../../cookbooks/databag.js';
import { UserError } from '../../../../base/errors.js';
import { releaseSummary } from '../release-summary.js';
import { sortedByKey } from '../../databag/sorted-by-key.js';

/** Process type -> how its new containers show that they are well. */
export type HealthByType = Readonly<Record<string, HealthSettings>>;
/** A check takes the place of the type's earlier one; null puts back the default. */
export type HealthChanges = Readonly<Record<string, HealthSettings | null>>;

const maxDeadline = 600;
const maxTimeout = 60;
const maxInterval = 60;
const maxRetries = 20;

/** The checks with these changes, types sorted. @throws UserError naming the field and its value */
export function mergeHealth(present: HealthByType, changes: HealthChanges): Record<string, HealthSettings> {
  if (Object.keys(changes).length === 0)
    throw new UserError('name at least one process type and its check', { field: 'checks' });
  const merged = new Map(Object.entries(present));
  for (const [type, check] of Object.entries(changes)) {
    if (check === null) merged.delete(type);
    else merged.set(type, checked(`checks.${type}`, check));
  }
  return sortedByKey([...merged]);
}

/** What a change does: `Check web by http /up; check worker as by default`. */
export function summariseHealth(changes: HealthChanges): string {
  return releaseSummary(
    Object.entries(changes).map(([type, check]) =>
      check === null
        ? `check ${type} as by default`
        : `check ${type} by ${check.kind}${check.path === undefined ? '' : ` ${check.path}`}`,
    ),
  );
}

function checked(field: string, check: HealthSettings): HealthSettings {
  const problem = [...problemsOfHttp(check), ...problemsOfTime(check), ...problemsOfPace(check)].find(
    ({ isWrong }) => isWrong,
  );
  if (problem !== undefined)
    throw new UserError(
      `${JSON.stringify(problem.value ?? null)} cannot be ${problem.name} of a health check: ` +
        `${problem.advice}`,
      { field: `${field}.${problem.name}` },
    );
  return sortedByKey(
    Object.entries(check).filter(([name, value]) => isKept(name) && value !== undefined),
  ) as unknown as HealthSettings;
}

const kept: readonly (keyof HealthSettings)[] = [
  'deadlineSeconds',
  'intervalSeconds',
  'kind',
  'path',
  'retries',
  'startSeconds',
  'status',
  'timeoutSeconds',
];

function isKept(name: string): boolean {
  return kept.some((each) => each === name);
}

interface Possible {
  readonly isWrong: boolean;
  readonly name: string;
  readonly value: unknown;
  readonly advice: string;
}

function problemsOfHttp({ kind, path, status }: HealthSettings): Possible[] {
  const isHttp = kind === 'http';
  return [
    {
      name: 'path',
      value: path,
      isWrong: isHttp && !isPath(path),
      advice: 'give one that begins with /, of plain characters, like /health',
    },
    {
      name: 'path',
      value: path,
      isWrong: !isHttp && path !== undefined,
      advice: `a check by ${kind} asks for none`,
    },
    {
      name: 'status',
      value: status,
      isWrong: !isHttp && status !== undefined,
      advice: `only a check of a path has one: give path=/health, say, with it`,
    },
    {
      name: 'status',
      value: status,
      isWrong: status !== undefined && !isRange(status),
      advice: 'give one or a range from 100 to 599, like 200 or 200-399',
    },
  ];
}

function problemsOfTime({
  kind,
  timeoutSeconds: timeout,
  deadlineSeconds: deadline,
}: HealthSettings): Possible[] {
  return [
    {
      name: 'timeout',
      value: timeout,
      isWrong: kind !== 'http' && timeout !== undefined,
      advice: `only a check of a path has one: give path=/health, say, with it`,
    },
    {
      name: 'timeout',
      value: timeout,
      isWrong: !isWithin(timeout, maxTimeout),
      advice: `give whole seconds from 1 to ${maxTimeout}`,
    },
    {
      name: 'deadline',
      value: deadline,
      isWrong: kind === 'none' && deadline !== undefined,
      advice: 'a check by none waits for nothing',
    },
    {
      name: 'deadline',
      value: deadline,
      isWrong: !isWithin(deadline, maxDeadline),
      advice: `give whole seconds from 1 to ${maxDeadline}`,
    },
  ];
}

function problemsOfPace({
  kind,
  intervalSeconds: interval,
  retries,
  startSeconds: start,
}: HealthSettings): Possible[] {
  return [
    {
      name: 'interval',
      value: interval,
      isWrong: !isWithin(interval, maxInterval),
      advice: `give whole seconds from 1 to ${maxInterval}`,
    },
    {
      name: 'retries',
      value: retries,
      isWrong: !isWithin(retries, maxRetries),
      advice: `give a whole number from 1 to ${maxRetries}`,
    },
    {
      name: 'start',
      value: start,
      isWrong: start !== 0 && !isWithin(start, maxDeadline),
      advice: `give whole seconds from 0 to ${maxDeadline}`,
    },
    {
      name: 'start',
      value: start,
      isWrong: start !== undefined && (kind === 'none' || retries === undefined),
      advice: 'it is the time in which failed checks do not count: give retries=3, say, with it',
    },
  ];
}

function isPath(path: string | undefined): boolean {
  return path !== undefined && path.length <= 1000 && /^\/[\x21-\x7e]*$/.test(path);
}

function isRange([low, high]: readonly [number, number]): boolean {
  return [low, high].every((each) => Number.isInteger(each) && each >= 100 && each <= 599) && low <= high;
}

function isWithin(seconds: number | undefined, most: number): boolean {
  return seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= most);
}
