import assert from 'node:assert/strict';
import { withoutOldFlags } from '../../../../server/commands/old-flags.js';

describe('withoutOldFlags', () => {
  for (const [args, expected] of [
    [[], []],
    [
      ['--roles', 'api'],
      ['--roles', 'api'],
    ],
    [['--check'], ['check']],
    [['--database-url'], ['database-url']],
    [['--build-images'], ['build-images']],
    [['--stop-database'], ['stop-database']],
    [['--rotate-master-key'], ['rotate-master-key']],
    [['--purge'], ['purge']],
    [
      ['--check', '--roles', 'api'],
      ['--roles', 'api', 'check'],
    ],
    [
      ['--roles=api', '--check'],
      ['--roles=api', 'check'],
    ],
    [['--purge', '--check'], ['check']],
    [['--purge', '--help'], ['--help']],
    [['-h', '--purge'], ['--help']],
    [
      ['purge', '--check'],
      ['purge', '--check'],
    ],
    [
      ['--purge', '--wrong'],
      ['--wrong', 'purge'],
    ],
  ] satisfies [string[], string[]][])
    it(`${args.join(' ') || 'nothing'} -> ${expected.join(' ') || 'nothing'}`, () =>
      assert.deepEqual(withoutOldFlags(args), expected));
});
