/** What a folder of a cluster's base backups and log is named by. */
export interface ClusterName {
  readonly instance: string;
  /** PostgreSQL's own id of the cluster: a restored archive makes another one of the same instance. */
  readonly system: string;
}

/** `deis-0a1b2c3d-7453287120339187654.recovery`. */
export function clusterFolder({ instance, system }: ClusterName): string {
  return `deis-${instance}-${system}.recovery`;
}

/** Undefined for another folder. */
export function parseClusterFolder(name: string): ClusterName | undefined {
  const [, instance, system] = /^deis-([0-9a-f]{8})-(\d{1,20})\.recovery$/.exec(name) ?? [];
  return instance === undefined || system === undefined ? undefined : { instance, system };
}

/** `base-20261129T020531Z`, of which `.age` holds the files, and `.json`, written last, says that they are whole. */
export function baseName(at: Date): string {
  return `base-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
}

/** The name of a base backup by that of its `.json`. */
export function parseBaseName(file: string): string | undefined {
  return /^(base-\d{8}T\d{6}Z)\.json$/.exec(file)?.[1];
}

const logPrefix = 'wal-';

/** Where a segment or a history is kept. */
export function logName(file: string): string {
  return `${logPrefix}${file}.age`;
}

/** The segment or history that is kept under a name. */
export function parseLogName(name: string): string | undefined {
  return /^wal-([0-9A-F]{8}[\w.]*)\.age$/.exec(name)?.[1];
}

/** What of a timeline is kept. */
export function reachName(timeline: number): string {
  return `reach-${timeline}.json`;
}

export function isReachName(name: string): boolean {
  return /^reach-\d+\.json$/.test(name);
}
