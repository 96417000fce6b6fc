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
 * Fetches the tools that the files need, side by side.
 *
 * @param files paths below `root`
 * @returns the `files` that can run here, and `summaries` that count and name those that cannot, and why
 */
export async function leaveOutUnfetched(root, files) {
  const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const fetched = Object.entries(tools).map(async ([mark, install]) => {
    const need = files.filter((file) => texts.get(file).includes(mark));
    const { reason } = need.length === 0 ? {} : await install();
    return reason === undefined ? [] : need.map((file) => ({ file, reason }));
  });
  const reasons = new Map((await Promise.all(fetched)).flat().map(({ file, reason }) => [file, reason]));
  for (const [file, reason] of reasons) console.log(`skipped: ${file}: ${reason}`);
  const skipped = { passed: 0, failed: 0, skipped: reasons.size, failures: [], seconds: {} };
  return { files: files.filter((file) => !reasons.has(file)), summaries: reasons.size > 0 ? [skipped] : [] };
}
