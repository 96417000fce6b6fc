import assert from 'node:assert/strict';
import { cliCommands } from '../../../../dashboard/api/cli-commands.js';
import { resolveWord } from '../../../../cli/registry.js';

describe('the commands that the dashboard shows', () => {
  const edits = new Map([
    ['COLOUR', 'secret-value'],
    ['SIZE', null],
  ]);
  const shown = [
    cliCommands.scale('shop', { web: 3, worker: 0 }),
    cliCommands.scaleLayers('shop', { runtime: 2 }),
    cliCommands.rollBack('shop', 7),
    cliCommands.restart('shop'),
    cliCommands.converge('shop'),
    cliCommands.destroy('shop'),
    cliCommands.cancel('2f1c0f5e-0000-4000-8000-000000000000'),
    cliCommands.logs('shop', 'web.1', true),
    cliCommands.setConfig('shop', edits),
  ];

  it('are commands of deis', async () => {
    for (const command of shown.flatMap((text) => text.split(' && '))) {
      const [program, word] = command.split(' ');
      assert.equal(program, 'deis');
      assert.equal((await resolveWord(word!)).kind, 'command', command);
    }
    assert.equal(shown[0], 'deis scale web=3 worker=0 -f shop');
    assert.equal(shown[7], 'deis logs --ps=web.1 --tail -f shop');
  });

  it('show names of variables, and no value', () => {
    assert.equal(
      cliCommands.setConfig('shop', edits),
      'deis config:set COLOUR=... -f shop && deis config:unset SIZE -f shop',
    );
  });
});
