import { UserError } from '../../base/errors.js';

/** What people can be told of. */
export interface AlertKind {
  readonly summary: string;
  /** Absent: it is so or it is not. */
  readonly threshold?: {
    readonly unit: '%' | 'ms' | 'days';
    readonly byDefault: number;
    readonly min: number;
    readonly max: number;
  };
}

const percent = (byDefault: number): AlertKind['threshold'] => ({ unit: '%', byDefault, min: 1, max: 100 });

/** All kinds by name. */
export const alertKinds = {
  'crash-loop': { summary: 'a container restarts over and over' },
  memory: { summary: 'a container uses so much of its memory limit, or more', threshold: percent(90) },
  '5xx': { summary: 'so many of the requests of 2 minutes, or more, ended with 5xx', threshold: percent(5) },
  p95: {
    summary: 'of the requests of 2 minutes 5 % or more waited longer for their answer',
    threshold: { unit: 'ms', byDefault: 1000, min: 5, max: 30_000 },
  },
  'node-lost': { summary: 'a node does not answer' },
  certificate: {
    summary: 'a certificate expires in so many days, or fewer',
    threshold: { unit: 'days', byDefault: 14, min: 1, max: 365 },
  },
  disk: { summary: 'a disk of a node is so full, or fuller', threshold: percent(85) },
  deploy: { summary: 'the newest release failed' },
} as const satisfies Readonly<Record<string, AlertKind>>;

export type AlertKindName = keyof typeof alertKinds;

export const alertKindNames = Object.keys(alertKinds) as AlertKindName[];

/** The threshold that a rule has: what is given, or the kind's own. @throws UserError for what it cannot be */
export function thresholdOf(kind: AlertKindName, given: number | undefined): number | null {
  const { threshold }: AlertKind = alertKinds[kind];
  if (threshold === undefined) {
    if (given === undefined) return null;
    throw new UserError(`${kind} takes no threshold: ${alertKinds[kind].summary}`, { field: 'threshold' });
  }
  const { unit, byDefault, min, max } = threshold;
  const value = given ?? byDefault;
  if (!(value >= min && value <= max))
    throw new UserError(
      `${value} is not a valid threshold of ${kind}: expected ${min} to ${max} (${unit}), e.g. ${byDefault}`,
      { field: 'threshold' },
    );
  return value;
}
