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
  const { kind, path, status, timeoutSeconds, deadlineSeconds } = check;
  const problem = [...problemsOfHttp(check), ...problemsOfTime(check)].find(({ isWrong }) => isWrong);
  if (problem !== undefined)
    throw new UserError(
      `${JSON.stringify(problem.value ?? null)} cannot be ${problem.name} of a health check: ` +
        `${problem.advice}`,
      { field: `${field}.${problem.name}` },
    );
  return Object.fromEntries(
    Object.entries({ deadlineSeconds, kind, path, status, timeoutSeconds }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as unknown as HealthSettings;
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

function isPath(path: string | undefined): boolean {
  return path !== undefined && path.length <= 1000 && /^\/[\x21-\x7e]*$/.test(path);
}

function isRange([low, high]: readonly [number, number]): boolean {
  return [low, high].every((each) => Number.isInteger(each) && each >= 100 && each <= 599) && low <= high;
}

function isWithin(seconds: number | undefined, most: number): boolean {
  return seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= most);
}
