import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../source/source-imports.js';

/** The compiled controller of the release before, of test/fixtures/last-release.json. */
export function lastRelease(): string {
  const script = join(projectRoot, 'bin', 'test', 'last-release.mjs');
  const folder = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim();
  return join(folder, 'bin', 'deis-controller.js');
}
