import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../source/source-imports.js';

/** Systems whose /etc/os-release the tests have, as it stands there. */
export type ReleasedSystem = 'debian-12' | 'debian-13' | 'debian-testing' | 'ubuntu-22.04' | 'ubuntu-24.04';

/** The path of a real os-release file. */
export const osReleasePath = (system: ReleasedSystem): string =>
  join(projectRoot, 'test', 'fixtures', 'os-release', system);

export const osRelease = (system: ReleasedSystem): string => readFileSync(osReleasePath(system), 'utf8');
