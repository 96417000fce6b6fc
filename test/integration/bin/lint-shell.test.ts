import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../support/source/source-imports.js';

function lintShell(args: readonly string[], path = process.env['PATH']) {
  const program = [join(projectRoot, 'bin', 'lint-shell.mjs'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, {
    cwd: projectRoot,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, PATH: path },
  });
  return { status, output: stdout + stderr };
}

describe('the lint of shell scripts', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'deis-lint-shell-'));
  after(() => rmSync(folder, { recursive: true }));

  const script = (name: string, lines: readonly string[]): string => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };

  it('finds nothing in this tree, and needs shellcheck to say so', () => {
    assert.deepEqual(lintShell(['--required']), { status: 0, output: '' });
  });

  it('finds what shellcheck finds', () => {
    const { status, output } = lintShell([script('unset.sh', ['#!/bin/sh', 'rm -r -- "$folder"'])]);
    assert.equal(status, 1);
    assert.match(output, /unset\.sh:2:\d+: warning: folder is referenced but not assigned/);
  });

  const unheeded = [
    '  [ "$tries" -lt 300 ] && kill -0 "$engine"',
    '[[ $a == b ]] && echo b',
    'kill -0 "$engine" && sleep 1',
    '! command -v docker >/dev/null && echo none',
  ];
  for (const line of unheeded) {
    it(`finds the condition that nothing heeds: ${line.trim()}`, () => {
      const path = script('loop.sh', ['#!/bin/bash', 'engine=1 tries=1 a=b', line, 'echo "$engine$tries$a"']);
      const { status, output } = lintShell([path]);
      assert.equal(status, 1);
      assert.match(output, /loop\.sh:3: nothing ends where this fails/);
    });
  }

  it('lets alone what leaves, what has another way out, and the answer of a function', () => {
    const path = script('well.sh', [
      '#!/bin/sh',
      'for each in 1 2; do',
      '  [ "$each" = 1 ] && continue',
      '  [ -d /tmp ] && [ -d /var ] || exit 1',
      'done',
      'is_there() {',
      '  [ -d /tmp ] && [ -d /var ]',
      '}',
      'is_there',
    ]);
    assert.deepEqual(lintShell([path]), { status: 0, output: '' });
  });

  it('is well without shellcheck unless it is required, and says that it did not look', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const path = script('empty.sh', ['#!/bin/sh', 'true']);
    const without = lintShell([path], bin);
    assert.equal(without.status, 0);
    assert.match(without.output, /shellcheck is not installed/);
    assert.equal(lintShell(['--required', path], bin).status, 1);
  });
});
