import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { projectRoot } from '../../support/source/source-imports.js';

const run = (folder: string, ...args: string[]) =>
  execa(process.execPath, ['--import', 'tsx', `${folder}/main.ts`, ...args], {
    cwd: projectRoot,
    reject: false,
    timeout: 60_000,
  });
/** Names of the files, in whatever folder, that export what is run. */
const exporting = (folder: string, name: string): string[] =>
  readdirSync(join(projectRoot, folder), { encoding: 'utf8', recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => readFileSync(join(projectRoot, folder, file), 'utf8').includes(`export const ${name}:`))
    .map((file) => basename(file, '.ts'))
    .sort();

describe('what is run beside the tests', function () {
  this.timeout(60_000);

  for (const [folder, name] of [
    ['bench', 'benchmark'],
    ['soak', 'soak'],
  ] as const) {
    it(`npm run ${folder} lists what there is, a line each, and refuses other names`, async () => {
      const [listed, unknown] = await Promise.all([run(folder), run(folder, 'nonsense')]);
      assert.equal(listed.exitCode, 0, listed.stderr);
      assert.deepEqual(
        listed.stdout.split('\n').map((line) => /^(\S+) {2}\S/.exec(line)?.[1]),
        exporting(folder, name),
      );
      assert.equal(unknown.exitCode, 2);
      assert.match(unknown.stderr, /nonsense/);
    });
  }
});
