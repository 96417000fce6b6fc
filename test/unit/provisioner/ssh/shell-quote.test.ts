import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { shellQuote } from '../../../../provisioner/ssh/shell-quote.js';

const read = (line: string): string[] =>
  spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
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

describe('shell quoting', () => {
  it('makes sh read exactly the words, whatever they hold', () => {
    fc.assert(
      fc.property(words, (list) => assert.deepEqual(read(shellQuote(list)), list)),
      { numRuns: 150 },
    );
  });

  it('survives quoting the quoted line again, as ssh and sudo do', () => {
    fc.assert(
      fc.property(words, (list) =>
        assert.deepEqual(
          read(
            shellQuote([
              spawnSync('sh', ['-c', `printf '%s' ${shellQuote([shellQuote(list)])}`], { encoding: 'utf8' })
                .stdout,
            ]),
          ),
          [shellQuote(list)],
        ),
      ),
      { numRuns: 50 },
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
