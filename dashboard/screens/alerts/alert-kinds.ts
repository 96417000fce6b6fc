import type { NewAlertRule } from '../../api/types.js';

export type KindName = NewAlertRule['kind'];

/** What a form must know of a kind of alerts. */
export interface Kind {
  readonly summary: string;
  /** Absent: it is so or it is not. */
  readonly threshold?: {
    readonly unit: string;
    readonly byDefault: number;
    readonly min: number;
    readonly max: number;
  };
  /** Looks for a pattern in the lines of so many minutes. */
  readonly hasPattern?: true;
  /** Only admins of the controller may add it. */
  readonly isOfController?: true;
}

const percent = (byDefault: number): Kind['threshold'] => ({ unit: '%', byDefault, min: 1, max: 100 });

/** As the controller has them, which a test compares. */
export const alertKinds: Readonly<Record<KindName, Kind>> = {
  'crash-loop': { summary: 'a container restarts over and over' },
  memory: {
    summary: 'the memory of a container reaches the threshold, in percent of its limit',
    threshold: percent(90),
  },
  '5xx': {
    summary: 'the share of requests that ended with 5xx in 2 minutes reaches the threshold',
    threshold: percent(5),
  },
  p95: {
    summary: '5 % or more of the requests of 2 minutes waited longer than the threshold for their answer',
    threshold: { unit: 'ms', byDefault: 1000, min: 5, max: 30_000 },
  },
  log: {
    summary: 'the lines of the log that match the pattern within its minutes reach the threshold',
    threshold: { unit: 'lines', byDefault: 1, min: 1, max: 1_000_000 },
    hasPattern: true,
  },
  'node-lost': { summary: 'a node does not answer' },
  certificate: {
    summary: 'a certificate expires within the threshold',
    threshold: { unit: 'days', byDefault: 14, min: 1, max: 365 },
  },
  disk: { summary: 'a disk of a node is as full as the threshold, or fuller', threshold: percent(85) },
  build: { summary: 'the newest build failed' },
  deploy: { summary: 'the newest release failed' },
  'api-certificate': {
    summary:
      'the certificate that the API orders itself expires within the threshold, or there is none to be had',
    threshold: { unit: 'days', byDefault: 14, min: 1, max: 365 },
    isOfController: true,
  },
  backup: {
    summary: "the controller's newest backup failed, or is older than the threshold",
    threshold: { unit: 'hours', byDefault: 48, min: 1, max: 8760 },
    isOfController: true,
  },
  wal: {
    summary:
      "the log of the controller's database has not been copied to the backups for as long as the threshold",
    threshold: { unit: 'min', byDefault: 10, min: 1, max: 10_080 },
    isOfController: true,
  },
};

/** The kinds that somebody may add. */
export function kindNames(isAdmin: boolean): KindName[] {
  return (Object.keys(alertKinds) as KindName[]).filter(
    (name) => isAdmin || alertKinds[name].isOfController !== true,
  );
}
