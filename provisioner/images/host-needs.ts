import { readFileSync } from 'node:fs';
import type { PackageNeed } from './install-packages.js';

/**
 * Debian packages of a host that makes images and runs nodes. In a file of JSON, since `npm run quickstart` reads them
 * before there is a program that is compiled.
 */
interface HostNeeds {
  readonly engine: PackageNeed;
  readonly images: readonly PackageNeed[];
}

export const hostNeeds = JSON.parse(
  readFileSync(new URL('host-needs.json', import.meta.url), 'utf8'),
) as HostNeeds;
