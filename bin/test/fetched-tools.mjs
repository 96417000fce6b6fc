// Test files that need a tool which may not be there: moto, a server that comes from PyPI, promtool, which comes
// from Debian's mirror without the service that its package would start, pebble, a package of the host,
// and the release before, which the history of the checkout has.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findLastRelease } from './last-release.mjs';
import { installMoto } from './moto.mjs';
import { findPebble } from './pebble.mjs';
import { installPromtool } from './promtool.mjs';

/** What a test file imports that needs the tool -> how it is fetched. */
const tools = {
  '/support/moto/': installMoto,
  '/support/promtool': installPromtool,
  '/support/pebble/': findPebble,
  '/support/server/last-release': findLastRelease,
};

/**
 * @param files paths below `root`
 * @returns the `files` that can run here, and `summaries` that count and name those that cannot, and why
 */
export function leaveOutUnfetched(root, files) {
  const summaries = [];
  let left = files;
  for (const [mark, install] of Object.entries(tools)) {
    const need = left.filter((file) => readFileSync(join(root, file), 'utf8').includes(mark));
    const { reason } = need.length === 0 ? {} : install();
    if (reason === undefined) continue;
    for (const file of need) console.log(`skipped: ${file}: ${reason}`);
    left = left.filter((file) => !need.includes(file));
    summaries.push({ passed: 0, failed: 0, skipped: need.length, failures: [], seconds: {} });
  }
  return { files: left, summaries };
}
