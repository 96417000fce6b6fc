import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../support/source/source-imports.js';

const run = (folder: string, ...args: string[]) =>
  execa(process.execPath, ['--import', 'tsx', `${folder}/main.ts`, ...args], {
    cwd: projectRoot,
    reject: false,
    timeout: 60_000,
  });
const exporting = (folder: string, not: readonly string[]): string[] =>
  readdirSync(join(projectRoot, folder))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .filter((name) => !not.includes(name))
    .sort();

describe('what is run beside the tests', function () {
  this.timeout(60_000);

  for (const [folder, parts] of [
    ['bench', ['main', 'benchmark', 'bench-result', 'published-figures', 'live-formation', 'seconds-of']],
    ['soak', ['main', 'soak']],
  ] as const) {
    it(`npm run ${folder} lists what there is, a line each, and refuses other names`, async () => {
      const [listed, unknown] = await Promise.all([run(folder), run(folder, 'nonsense')]);
      assert.equal(listed.exitCode, 0, listed.stderr);
      assert.deepEqual(
        listed.stdout.split('\n').map((line) => /^(\S+) {2}\S/.exec(line)?.[1]),
        exporting(folder, parts),
      );
      assert.equal(unknown.exitCode, 2);
      assert.match(unknown.stderr, /nonsense/);
    });
  }
});
