import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestTerminal } from '../../support/cli/test-terminal.js';

describe('plugins', () => {
  let terminal: TestTerminal;
  const write = (name: string, text: string, mode = 0o755): void => {
    writeFileSync(join(terminal.home, 'bin', name), text);
    chmodSync(join(terminal.home, 'bin', name), mode);
  };

  beforeEach(() => {
    terminal = new TestTerminal();
    mkdirSync(join(terminal.home, 'bin'));
    terminal.env['PATH'] = `${join(terminal.home, 'bin')}:/usr/bin:/bin`;
  });
  afterEach(() => terminal.dispose());

  it('are programs deis-NAME on PATH; their words and exit code are passed on as they are', async () => {
    write('deis-greet', `#!/bin/sh\nprintf '%s|' "$@" > ${join(terminal.home, 'said')}\nexit 7\n`);
    assert.equal(await terminal.deis('greet', 'a b', '--json', "it's"), 7);
    assert.equal(readFileSync(join(terminal.home, 'said'), 'utf8'), "a b|--json|it's|");
    assert.equal(await terminal.deis('cli:plugins'), 0);
    assert.equal(terminal.out, 'greet\n');
  });

  it('count a signal as shells do', async () => {
    write('deis-die', '#!/bin/sh\nkill -TERM $$\n');
    assert.equal(await terminal.deis('die'), 143);
  });

  it('never stand in for a command, nor are taken from a file that is no program, nor from a path', async () => {
    write('deis-commands', '#!/bin/sh\nexit 9\n');
    write('deis-notes', 'text', 0o644);
    mkdirSync(join(terminal.home, 'bin', 'deis-folder'));
    write('deis-controller', '#!/bin/sh\nexit 9\n');
    assert.equal(await terminal.deis('commands'), 0);
    for (const word of ['notes', 'folder', 'controller', '../bin/deis-commands', 'a/b'])
      assert.equal(await terminal.deis(word), 2, word);
  });
});
