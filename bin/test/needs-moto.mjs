// Test files that need moto, a server that comes from PyPI: those that import test/support/moto.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installMoto } from './moto.mjs';

/**
 * @param files paths below `root`
 * @returns the `files` that can run here, and `summaries` that count and name those that cannot, and why
 */
export function leaveOutMoto(root, files) {
  const need = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('/support/moto/'));
  const { reason } = need.length === 0 ? {} : installMoto();
  if (reason === undefined) return { files, summaries: [] };
  for (const file of need) console.log(`skipped: ${file}: ${reason}`);
  return {
    files: files.filter((file) => !need.includes(file)),
    summaries: [{ passed: 0, failed: 0, skipped: need.length, failures: [], seconds: {} }],
  };
}
