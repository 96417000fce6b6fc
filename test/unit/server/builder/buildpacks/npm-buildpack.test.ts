import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../../support/source/source-imports.js';

const buildpacks = join(projectRoot, 'server', 'builder', 'buildpacks');

describe('npm.sh of the buildpack', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'deis-npm-'));
    mkdirSync(join(folder, 'cache', '_cacache'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const bash = (
    script: string,
    env: Record<string, string> = {},
  ): { status: number | null; stdout: string } => {
    const { status, stdout, stderr } = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `set -euo pipefail; . ${buildpacks}/lib.sh; . ${buildpacks}/nodejs/lib/npm.sh; ${script}`,
      ],
      { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: 10_000 },
    );
    assert.equal(stderr, '');
    return { status, stdout };
  };

  /** An install that fails once with these lines of npm and then succeeds. */
  const install = (said: readonly string[]): { status: number | null; stdout: string; kept: boolean } => {
    const log = `npm error A complete log of this run can be found in: ${folder}/cache/_logs/x-debug-0.log`;
    writeFileSync(join(folder, 'said'), [...said, log, ''].join('\n'));
    const run = bash(
      'fake() { if [ -e ran ]; then return 0; fi; : >ran; cat said >&2; return 1; }; ' +
        `npm_cache=${folder}/cache; npm_install fake`,
    );
    return { ...run, kept: existsSync(join(folder, 'cache', '_cacache')) };
  };

  it('shows the reason once and keeps the cache when npm fails for another reason', () => {
    for (const said of [
      ['npm error code E404', "npm error 404  'nosuch@1' is not in this registry."],
      ['npm error code EUSAGE', 'npm error `npm ci` can only install packages when ... are in sync.'],
      ['npm error code EBADENGINE', 'npm error notsup Required: {"node":">=99"}'],
      ['npm error code EUNSUPPORTEDPROTOCOL', 'npm error Unsupported URL Type "workspace:": workspace:*'],
      ['npm error code 1', 'npm error command sh -c echo EINTEGRITY; exit 1', 'npm error EINTEGRITY'],
      ['npm ERR! code ECONNREFUSED'],
    ]) {
      rmSync(join(folder, 'ran'), { force: true });
      const { status, stdout, kept } = install(said);
      assert.deepEqual([status, kept, stdout.includes('cache is broken')], [1, true, false], stdout);
      assert.equal(stdout.split(said[0]!).length, 2);
    }
  });

  for (const said of [
    'npm error code EINTEGRITY',
    'npm ERR! code EINTEGRITY',
    'npm error code TAR_BAD_ARCHIVE',
    'npm error code Z_DATA_ERROR',
    'npm error path CACHE/_cacache/content-v2/sha512/ab',
  ]) {
    it(`installs once more without the cache for: ${said}`, () => {
      const { status, stdout, kept } = install([said.replace('CACHE', join(folder, 'cache'))]);
      assert.deepEqual([status, kept], [0, false], stdout);
      assert.match(stdout, /The package cache is broken: once more without it/);
    });
  }

  it("builds for production, unless the app's config says otherwise", () => {
    const show = 'npm_settings; node -p process.env.NODE_ENV';
    assert.equal(bash(show).stdout, 'production\n');
    assert.equal(bash(show, { NODE_ENV: 'staging' }).stdout, 'staging\n');
  });

  it('leaves name and version of the package to the app as npm would, whatever they are', () => {
    const name = `it's "$HOME" \`x\``;
    writeFileSync(join(folder, 'package.json'), `\uFEFF${JSON.stringify({ name, version: '1.2.3' })}`);
    assert.equal(
      bash('eval "$(package_variables package.json)"; node -p "process.env.npm_package_name"').stdout,
      `${name}\n`,
    );
    assert.equal(
      bash('eval "$(package_variables package.json)"; node -p "process.env.npm_package_version"').stdout,
      '1.2.3\n',
    );
    writeFileSync(join(folder, 'package.json'), '{"version": 7}');
    assert.equal(bash('package_variables package.json').stdout, '');
  });

  it('is what the buildpack goes by', () => {
    const compile = readFileSync(join(buildpacks, 'nodejs', 'bin', 'compile'), 'utf8');
    assert.match(compile, /^npm_settings$/m);
    assert.match(compile, /^package_variables package\.json >\.profile\.d\/deis-package\.sh$/m);
  });
});
