import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestTerminal } from '../../support/cli/test-terminal.js';

describe('completion', () => {
  const terminal = new TestTerminal();
  const bin = join(terminal.home, 'bin');
  let script = '';

  before(async () => {
    assert.equal(await terminal.deis('completion', 'bash'), 0, terminal.err);
    script = terminal.out;
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'deis'),
      '#!/bin/sh\n[ "$*" = "formations:list --quiet" ] && printf "peachy-waxworks\\nplain-pear\\n"\n',
    );
    chmodSync(join(bin, 'deis'), 0o755);
  });
  after(() => terminal.dispose());

  /** What bash would offer behind this line, as it would stand in it. */
  const offered = (line: string): string[] => {
    const ask = [
      script,
      'COMP_LINE=$1 COMP_POINT=${#1} COMPREPLY=()',
      '_deis',
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n');
    return execFileSync('bash', ['--norc', '--noprofile', '-c', ask, 'bash', line], {
      encoding: 'utf8',
      env: { PATH: `${bin}:${process.env['PATH']}` },
    })
      .split('\n')
      .filter((each) => each !== '');
  };

  it('in bash offers commands, with and without the colon at which bash cuts words', () => {
    assert.deepEqual(offered('deis layers:sc'), ['scale']);
    assert.ok(offered('deis lay').includes('layers:create'));
    assert.ok(offered('deis ').includes('ps'));
    assert.deepEqual(offered('deis --json rollb'), ['rollback']);
    assert.deepEqual(offered('deis help doc'), ['doctor']);
  });

  it('in bash offers the options of the command', () => {
    assert.deepEqual(offered('deis create --fl'), ['--flavor']);
    assert.ok(offered('deis layers:create runtime docker --').includes('--run-list'));
  });

  it('in bash offers formations', () => {
    assert.deepEqual(offered('deis ps -f pe'), ['peachy-waxworks']);
    assert.deepEqual(offered('deis ps --app '), ['peachy-waxworks', 'plain-pear']);
    assert.deepEqual(offered('deis ps --formation=pl'), ['plain-pear']);
  });

  for (const shell of ['zsh', 'fish']) {
    it(`has a script for ${shell} with every command`, async () => {
      assert.equal(await terminal.deis('completion', shell), 0);
      for (const word of ['layers', 'rollback', 'run-list', 'formations:list --quiet'])
        assert.ok(terminal.out.includes(word), word);
    });
  }

  it('has none for another shell', async () => {
    assert.equal(await terminal.deis('completion', 'tcsh'), 2);
    assert.match(terminal.err, /bash, zsh, fish/);
  });
});
