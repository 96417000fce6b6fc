import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../support/source/source-imports.js';

/** The run itself is a part of `npm test`; here is what it says when it cannot be, or goes wrong. */
describe('the fast tests under other releases of Node.js', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'deis-node-versions-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const runUnder22 = () =>
    spawnSync(process.execPath, [join(projectRoot, 'bin', 'test', 'node-versions.mjs'), '22'], {
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_VERSIONS_FOLDER: folder,
        npm_config_registry: 'http://127.0.0.1:9/',
        npm_config_cache: join(folder, 'npm-cache'),
        TEST_SUMMARY: join(folder, 'summary.json'),
      },
    });
  const binary = (text: string): void => {
    const bin = join(folder, '22', 'node_modules', `node-linux-${process.arch}`, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'node'), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, 'node'), 0o755);
  };

  it('are skipped by name and with the reason where the registry cannot be reached', () => {
    const { status, stdout } = runUnder22();
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^skipped: architecture and unit tests under Node\.js 22: the npm registry did not give node-linux-\w+@22: .*ECONNREFUSED/,
    );
    assert.deepEqual(
      readdirSync(folder).filter((name) => name === '22'),
      [],
    );
  });

  const summary = (): Record<string, unknown> =>
    JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Record<string, unknown>;

  it('pass where they pass, and leave a summary as lanes do, which is not of the tests themselves', () => {
    binary('[ "$1" = --version ] && echo v22.0.0 && exit; [ -z "$TEST_SUMMARY" ] && echo "  12 passing"');
    const { status, stdout } = runUnder22();
    assert.match(stdout, /^passed: architecture and unit tests under Node\.js 22 \(v22\.0\.0\) in \d+ s\n$/);
    assert.equal(status, 0);
    assert.deepEqual(summary(), {
      ...{ passed: 1, failed: 0, skipped: 0 },
      ...{ failures: [], seconds: {}, files: {} },
    });
  });

  for (const [what, text] of [
    ['fail', 'echo "  1 failing"; exit 1'],
    ['ran none', 'echo "  0 passing"'],
    ['break off', 'kill -9 $$'],
  ] as const) {
    it(`fail with their output where they ${what}`, () => {
      binary(text);
      const { status, stdout } = runUnder22();
      assert.match(stdout, /^failed: architecture and unit tests under Node\.js 22/);
      assert.ok(what === 'break off' || /failing|0 passing/.test(stdout));
      assert.equal(status, 1);
      const { failed, failures } = summary();
      assert.deepEqual([failed, (failures as unknown[]).length], [1, 1]);
    });
  }
});
