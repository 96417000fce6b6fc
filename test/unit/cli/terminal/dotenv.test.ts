import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { parseDotenv, toDotenv } from '../../../../cli/terminal/dotenv.js';
import { configChanges } from '../../../../cli/actions/edit-config.js';
import { CliError } from '../../../../cli/terminal/errors.js';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const value = fc
  .string({ unit: 'binary', maxLength: 20 })
  .filter((text) => !text.includes('\0') && !text.includes('\r'));

describe('a file of variables', () => {
  it('is read as it was written, whatever the values hold', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) =>
        assert.deepEqual({ ...parseDotenv(toDotenv(values), 'x') }, { ...values }),
      ),
      { numRuns: 500 },
    );
  });

  it('is the same to sh', () => {
    const values = { A: "it's", B: 'two\nlines', C: '$HOME `id` "x" \\', D: '', E: 'ü = 1 # no comment' };
    const out = execFileSync('sh', ['-c', `${toDotenv(values)}\nprintf '%s\\0' "$A" "$B" "$C" "$D" "$E"`], {
      encoding: 'utf8',
    });
    assert.deepEqual(out.split('\0').slice(0, 5), Object.values(values));
  });

  it('may have comments, export, empty lines, Windows line ends, and every kind of quotes', () => {
    const text =
      '\uFEFF# first\r\n\r\nexport A=1\r\n  B = no\n'.replace('  B = no\n', '') +
      'B=two words # comment\nC="a\\n\\"b\\" \\$x"\nD=\'it\'\\\'\'s\'\nE=\nF=a#b\nG="x" # ' +
      'y\nURL=postgres://u:p@h/d?a=b';
    assert.deepEqual(
      { ...parseDotenv(text, 'x') },
      {
        A: '1',
        B: 'two words',
        C: 'a\n"b" $x',
        D: "it's",
        E: '',
        F: 'a#b',
        G: 'x',
        URL: 'postgres://u:p@h/d?a=b',
      },
    );
  });

  it('is refused with the line, and without the value, where it is none', () => {
    for (const [text, line] of [
      ['A=1\nsecret', 2],
      ['A="secret', 1],
      ["A='secret", 1],
      ['A=1\n\nA=secret', 3],
      ['1A=secret', 1],
      ['A =secret', 1],
    ] as const) {
      assert.throws(
        () => parseDotenv(text, 'my.env'),
        (error) =>
          error instanceof CliError &&
          error.exitCode === 2 &&
          error.message.startsWith(`my.env, line ${line}:`) &&
          !error.message.includes('secret'),
        text,
      );
    }
  });

  it('becomes the changes that lead to it', () => {
    assert.deepEqual(configChanges({ A: '1', B: '2', C: '3' }, { A: '1', B: 'x', D: '' }), {
      B: 'x',
      D: '',
      C: null,
    });
    assert.deepEqual(configChanges({ A: '1' }, { A: '1' }), {});
  });
});
