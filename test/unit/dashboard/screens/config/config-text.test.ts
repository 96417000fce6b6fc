import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDotenv } from '../../../../../cli/terminal/input/dotenv.js';
import { fromText, toText } from '../../../../../dashboard/screens/config/config-text.js';

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const value = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0'));

describe('a config as one text', () => {
  it('is read as it was written, whatever the values hold, here and by deis config:push', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (values) => {
        const text = toText(new Map(Object.entries(values)));
        assert.deepEqual(Object.fromEntries(fromText(text)), { ...values });
        assert.deepEqual({ ...parseDotenv(text, 'x') }, { ...values });
      }),
      { numRuns: 300 },
    );
  });

  it('may have comments, export, empty lines and quotes', () => {
    const text =
      '# all\n\nexport A=1\nB= two words \nC="a\\n\\"b\\" \\$x"\nD=\'it is\'\nE=\nF=a#b\nG="two\nlines"';
    assert.deepEqual(Object.fromEntries(fromText(text)), {
      ...{ A: '1', B: 'two words', C: 'a\n"b" $x', D: 'it is', E: '', F: 'a#b', G: 'two\nlines' },
    });
  });

  it('is refused with the line that cannot be read, which it does not quote', () => {
    const wrong = (text: string, message: RegExp): void => assert.throws(() => fromText(text), message);
    wrong('A=1\nsecret', /^Error: Line 2: no NAME=value/);
    wrong('A="secret', /^Error: Line 1: no NAME=value/);
    wrong('A="one"two', /^Error: Line 1: no NAME=value/);
    wrong('A=1\n\nA=2', /^Error: Line 3: A stands there twice/);
    wrong('A=secret # what', /^Error: Line 1: the # may begin a comment/);
  });
});
