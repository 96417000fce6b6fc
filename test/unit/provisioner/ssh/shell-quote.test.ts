import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { shellQuote } from '../../../../provisioner/ssh/shell-quote.js';

/** The words of all lines, as one sh reads them: its start takes longer than all that it reads. */
const read = (lines: readonly string[]): string[] =>
  spawnSync('sh', ['-c', lines.map((line) => `printf '%s\\0' ${line}`).join('\n')], { encoding: 'utf8' })
    .stdout.split('\0')
    .slice(0, -1);

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '`',
      '\n',
      ' ',
      '*',
      '!',
      '#',
      '~',
      '=',
      '-',
      '{',
      '}',
      'é',
      '世',
      '\x7f',
    ),
  }),
  fc.constantFrom('', '-n', '--', 'if', 'A=b', '~root', '$(id)', "it's", '\\', '\n', '*', '\r\n', "'\\''"),
);
const words = fc.array(
  nasty.map((word) => word.replaceAll('\0', '')),
  { minLength: 1, maxLength: 8 },
);
const tenLists = fc.array(words, { minLength: 10, maxLength: 10 });

describe('shell quoting', () => {
  it('makes sh read exactly the words, whatever they hold', () => {
    fc.assert(
      fc.property(tenLists, (lists) => assert.deepEqual(read(lists.map(shellQuote)), lists.flat())),
      { numRuns: 15 },
    );
  });

  it('survives quoting the quoted line again, as ssh and sudo do', () => {
    const again = (lines: readonly string[]): string[] => read(lines.map((line) => shellQuote([line])));
    fc.assert(
      fc.property(tenLists, (lists) => {
        const quoted = lists.map(shellQuote);
        assert.deepEqual(again(again(quoted)), quoted);
      }),
      { numRuns: 5 },
    );
  });

  it('never lets a first word become an assignment or a keyword', () => {
    assert.equal(
      spawnSync('sh', ['-c', `${shellQuote(['A=b'])}; echo "$A"`], { encoding: 'utf8' }).stdout,
      '\n',
    );
    assert.match(spawnSync('sh', ['-c', shellQuote(['if'])], { encoding: 'utf8' }).stderr, /not found/);
  });

  it('gives nothing for no words, and refuses what no argument can carry', () => {
    assert.equal(shellQuote([]), '');
    assert.throws(() => shellQuote(['a\0b']), TypeError);
  });
});
