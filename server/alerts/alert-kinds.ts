import { UserError } from '../../base/errors.js';

/** Where something is the matter. */
interface Place {
  readonly formation: string;
  /** `web.1`, a node's or a certificate's name, or `app`. */
  readonly subject: string;
}

/** What people can be told of. */
export interface AlertKind {
  readonly summary: string;
  /** Absent: it is so or it is not. */
  readonly threshold?: {
    readonly unit: '%' | 'ms' | 'min' | 'hours' | 'days' | 'lines';
    readonly byDefault: number;
    readonly min: number;
    readonly max: number;
  };
  /** Looks for a pattern in the lines of so many minutes. */
  readonly hasPattern?: true;
  /** It is of the controller, not of a formation: only its admins may add it. */
  readonly isOfController?: true;
  /** The command that shows more. */
  readonly look: (place: Place) => string;
}

const percent = (byDefault: number): AlertKind['threshold'] => ({ unit: '%', byDefault, min: 1, max: 100 });
const metrics = ({ formation }: Place): string => `deis metrics -f ${formation} --since=1h`;
const logs = ({ formation }: Place): string => `deis logs -f ${formation} --since=1h -n 200`;
const schedule = (): string => 'deis-controller schedule';

/** All kinds by name. */
export const alertKinds = {
  'crash-loop': {
    summary: 'a container restarts over and over',
    look: ({ formation, subject }) => `deis logs -f ${formation} --ps=${subject} -n 100`,
  },
  memory: {
    summary: 'the memory of a container reaches the threshold, in percent of its limit',
    threshold: percent(90),
    look: metrics,
  },
  '5xx': {
    summary: 'the share of requests that ended with 5xx in 2 minutes reaches the threshold',
    threshold: percent(5),
    look: logs,
  },
  p95: {
    summary: '5 % or more of the requests of 2 minutes waited longer than the threshold for their answer',
    threshold: { unit: 'ms', byDefault: 1000, min: 5, max: 30_000 },
    look: metrics,
  },
  log: {
    summary: 'the lines of the log that match the pattern within its minutes reach the threshold',
    threshold: { unit: 'lines', byDefault: 1, min: 1, max: 1_000_000 },
    hasPattern: true,
    look: logs,
  },
  'node-lost': { summary: 'a node does not answer', look: ({ formation }) => `deis nodes -f ${formation}` },
  certificate: {
    summary: 'a certificate expires within the threshold',
    threshold: { unit: 'days', byDefault: 14, min: 1, max: 365 },
    look: ({ formation }) => `deis certs -f ${formation}`,
  },
  disk: {
    summary: 'a disk of a node is as full as the threshold, or fuller',
    threshold: percent(85),
    look: metrics,
  },
  build: { summary: 'the newest build failed', look: ({ formation }) => `deis ops -f ${formation}` },
  deploy: {
    summary: 'the newest release failed',
    look: ({ formation }) => `deis releases -f ${formation}`,
  },
  'api-certificate': {
    summary:
      'the certificate that the API orders itself expires within the threshold, or there is none to be had',
    threshold: { unit: 'days', byDefault: 14, min: 1, max: 365 },
    isOfController: true,
    look: () => 'deis-controller certificate',
  },
  backup: {
    summary: "the controller's newest backup failed, or is older than the threshold",
    threshold: { unit: 'hours', byDefault: 48, min: 1, max: 8760 },
    isOfController: true,
    look: schedule,
  },
  wal: {
    summary:
      "the log of the controller's database has not been copied to the backups for as long as the threshold",
    threshold: { unit: 'min', byDefault: 10, min: 1, max: 10_080 },
    isOfController: true,
    look: schedule,
  },
} as const satisfies Readonly<Record<string, AlertKind>>;

export type AlertKindName = keyof typeof alertKinds;

export const alertKindNames = Object.keys(alertKinds) as AlertKindName[];

/** Undefined for a kind that only another version of the controller knows. */
export function alertKindOf(name: string): AlertKind | undefined {
  return Object.hasOwn(alertKinds, name) ? alertKinds[name as AlertKindName] : undefined;
}

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
