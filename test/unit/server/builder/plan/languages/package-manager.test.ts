import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../../../../base/errors.js';
import { choosePackageManager } from '../../../../../../server/builder/plan/languages/package-manager.js';
import { projectRoot } from '../../../../../support/source/source-imports.js';

const hash = 'ab'.repeat(64);
const program = join(projectRoot, 'server/builder/buildpacks/nodejs/lib/describe.mjs');

describe('the package manager of a Node.js app', function () {
  // It starts a dozen programs.
  this.timeout(30_000);
  const choose = (names: string[], manifest: object): ReturnType<typeof choosePackageManager> =>
    choosePackageManager({ names: new Set(names) }, manifest as Record<string, unknown>);

  it('is the one of its lock file, npm first, and of packageManager before that', () => {
    for (const [names, manifest, name, note] of [
      [[], {}, 'npm', 'No package-lock.json: two pushes may get different versions of packages'],
      [['package-lock.json'], {}, 'npm', undefined],
      [['yarn.lock'], {}, 'yarn', undefined],
      [['pnpm-lock.yaml'], {}, 'pnpm', undefined],
      [['pnpm-lock.yaml', 'yarn.lock'], {}, 'yarn', 'pnpm-lock.yaml is not read: yarn.lock counts'],
      [['yarn.lock', 'npm-shrinkwrap.json'], {}, 'npm', 'yarn.lock is not read: npm-shrinkwrap.json counts'],
      [['bun.lock'], {}, 'npm', 'bun.lock is not read: npm chooses versions by package.json'],
      [['pnpm-lock.yaml'], { packageManager: `pnpm@10.1.0+sha512.${hash}` }, 'pnpm', undefined],
      [
        [],
        { packageManager: 'yarn@4.0.0-rc.1' },
        'yarn',
        'No yarn.lock: two pushes may get different versions',
      ],
      [['yarn.lock'], { packageManager: 'npm@10.2.0' }, 'npm', 'yarn.lock is not read: npm chooses'],
      [
        ['package-lock.json'],
        { packageManager: 'npm@10.2.0' },
        'npm',
        'packageManager: npm 10.2.0 is not installed',
      ],
    ] as const) {
      const chosen = choose([...names], manifest);
      assert.equal(chosen.name, name);
      const { notes } = chosen;
      const isSaid = note === undefined ? notes.length === 0 : notes.some((each) => each.startsWith(note));
      assert.ok(isSaid, notes.join('\n'));
    }
  });

  it('is refused where it cannot be had, or is not named by an exact version', () => {
    for (const packageManager of [
      'bun@1.2.0',
      'pnpm',
      'pnpm@9',
      'yarn@^4.0.0',
      `pnpm@9.1.0+sha512.${hash.slice(2)}`,
      `pnpm@9.1.0+md5.${hash.slice(96)}`,
      'yarn@https://example.com/yarn.js',
      7,
      null,
      'x'.repeat(1024 ** 2),
    ])
      assert.throws(
        () => choose([], { packageManager }),
        (error) =>
          error instanceof UserError &&
          error.message.length < 300 &&
          /expected npm, yarn or pnpm with an exact version, e\.g\. "pnpm@9\.15\.9"/.test(error.message),
      );
  });

  it('has in the build the version that its lock file was written by', () => {
    for (const [files, said] of [
      [{ 'package-lock.json': '{}' }, 'npm|npm|||'],
      [{ 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn|yarn|1.22.22||'],
      [{ 'yarn.lock': '#\n\n__metadata:\n  version: 8\n' }, 'berry|@yarnpkg/cli-dist|4.9.2||'],
      [{ 'yarn.lock': '#\n\n__metadata:\n  version: 6\n' }, 'berry|@yarnpkg/cli-dist|3.8.6||'],
      [{ 'yarn.lock': '#\n\n__metadata:\n  version: 4\n' }, 'berry|@yarnpkg/cli-dist|2.4.2||'],
      [{ 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, 'pnpm|pnpm|9.15.9||'],
      [{ 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, 'pnpm|pnpm|8.15.9||'],
      [{ 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' }, 'pnpm|pnpm|7.33.7||'],
      [{ 'pnpm-lock.yaml': '', 'package.json': '{"engines":{"pnpm":">=8 <9"}}' }, 'pnpm|pnpm|>=8 <9||'],
      [{ 'pnpm-lock.yaml': '', 'package.json': '{"engines":{"pnpm":"8; rm"}}' }, 'pnpm|pnpm|9.15.9||'],
      [
        { 'package.json': `{"packageManager":"yarn@3.1.0+sha512.${hash}"}` },
        `berry|@yarnpkg/cli-dist|3.1.0|sha512|${hash}`,
      ],
      [{ 'package.json': '\uFEFF{"packageManager":"yarn@1.22.1"}' }, 'yarn|yarn|1.22.1||'],
    ] as const) {
      const folder = mkdtempSync(join(tmpdir(), 'deis-manager-'));
      try {
        for (const [name, text] of Object.entries({ 'package.json': '{}', ...files }))
          writeFileSync(join(folder, name), text);
        const printed = execFileSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' });
        assert.equal(printed.split('\n')[0], said);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  });
});
