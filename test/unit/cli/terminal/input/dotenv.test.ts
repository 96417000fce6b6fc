import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { parseDotenv, toDotenv } from '../../../../../cli/terminal/input/dotenv.js';
import { configChanges } from '../../../../../cli/actions/app/edit-config.js';
import { CliError } from '../../../../../cli/terminal/errors.js';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const value = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));

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

  it('says of a line that is no pair which value it may be meant for, and how that is written', () => {
    const wrong = (text: string, message: RegExp): void =>
      assert.throws(
        () => parseDotenv(text, 'app.env'),
        (error) => error instanceof CliError && message.test(error.message),
      );
    const json = '{\n  "type": "service_account",\n  "id": "a=b"\n}\n';
    wrong(
      `A=1\nGOOGLE=${json}`,
      /^app\.env, line 3: no NAME=value\. If it belongs to GOOGLE of line 2: a value of several lines stands in quotes$/,
    );
    wrong('KEY=-----BEGIN KEY-----\nMII/+=\n-----END KEY-----\n', /line 2: .*KEY of line 1: /);
    wrong('just words\nA=1\n', /^app\.env, line 1: no NAME=value$/);
    assert.deepEqual({ ...parseDotenv(`GOOGLE='${json}'`, 'x') }, { GOOGLE: json });
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

  it('has quotes and backslashes within bare values, as every other tool reads them', () => {
    const app =
      'A={"user":"ada","ids":[1,2]}\nB=C:\\dir\\new\nC=say "hi" now\nD=it\'s\nE="{\\"a\\":1}"\nF=\'{"a":1}\'\n';
    assert.deepEqual(
      { ...parseDotenv(app, 'app.env') },
      {
        A: '{"user":"ada","ids":[1,2]}',
        B: 'C:\\dir\\new',
        C: 'say "hi" now',
        D: "it's",
        E: '{"a":1}',
        F: '{"a":1}',
      },
    );
    const apostrophes = "T1=it's fine\nT2=secret\nT3=don't\n";
    for (const text of [apostrophes, apostrophes.replaceAll('\n', '\r\n')])
      assert.deepEqual({ ...parseDotenv(text, 'x') }, { T1: "it's fine", T2: 'secret', T3: "don't" });
    assert.deepEqual(
      { ...parseDotenv('A= x  # y\nB=\nC=#y\nD=a#b "c"\nE=\\\nF= "a" \nG=don\'t # it\'s\nH= #y', 'x') },
      { A: 'x', B: '', C: '#y', D: 'a#b "c"', E: '\\', F: 'a', G: "don't", H: '' },
    );
  });

  it('keeps the line ends within a value, unless every line of the file ends so', () => {
    assert.deepEqual({ ...parseDotenv("A='a\r\nb'\nB=1\n", 'x') }, { A: 'a\r\nb', B: '1' });
    assert.deepEqual({ ...parseDotenv("A='a\r\nb'\r\nB=1", 'x') }, { A: 'a\nb', B: '1' });
    assert.deepEqual({ ...parseDotenv('A=1\r\nB=2\n', 'x') }, { A: '1', B: '2' });
  });

  it('is refused where it can be read in two ways, with the line that the value begins on', () => {
    for (const [text, line] of [
      ['A=1\nB="{"secret":1}"\nC=2', 2],
      ["A='tis secret\nB=2\nC='twas", 1],
      ["A='secret\n\nB=1\n", 1],
      ["A='a'secret", 1],
      ['A={"secret": "a # b"}', 1],
      ['A=1\rB=secret\rC=3', 1],
    ] as const)
      assert.throws(
        () => parseDotenv(text, 'my.env'),
        (error) =>
          error instanceof CliError &&
          error.message.startsWith(`my.env, line ${line}: `) &&
          !error.message.includes('secret'),
        text,
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
