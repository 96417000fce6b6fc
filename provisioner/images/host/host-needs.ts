import { readFileSync } from 'node:fs';

export interface PackageNeed {
  /** Debian package. */
  readonly name: string;
  /** What it is needed for, for the person who reads along. */
  readonly why: string;
}

/**
 * What a host that makes images and runs nodes needs of Debian, and how it is installed. In a file of JSON, since
 * `npm run quickstart` reads it before there is a program that is compiled.
 */
interface HostNeeds {
  readonly engine: PackageNeed;
  readonly images: readonly PackageNeed[];
  /** What a controller keeps logs with. */
  readonly logs: readonly PackageNeed[];
  /** Package lists have a lock that apt-get itself does not wait for: of ours, one runs at a time. */
  readonly aptGet: readonly string[];
}

export const hostNeeds = JSON.parse(
  readFileSync(new URL('host-needs.json', import.meta.url), 'utf8'),
) as HostNeeds;
