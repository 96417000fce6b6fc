import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CliError } from '../../../../../cli/terminal/errors.js';
import { parseCounts, parseSettings, parseVariables } from '../../../../../cli/terminal/input/pairs.js';

const usage =
  (pattern: RegExp) =>
  (error: unknown): boolean =>
    error instanceof CliError && error.exitCode === 2 && pattern.test(error.message);

describe('pairs of the command line', () => {
  it('splits at the first = and keeps everything behind it', () => {
    assert.deepEqual(
      parseVariables([
        'URL=postgres://a?b=c==',
        'TEXT=one\ntwo "three" \'four\'',
        'EMPTY=',
        'U=ü $HOME `x` \\',
      ]),
      { URL: 'postgres://a?b=c==', TEXT: 'one\ntwo "three" \'four\'', EMPTY: '', U: 'ü $HOME `x` \\' },
    );
  });

  it('says of a name before pairs how a formation is named', () => {
    const hint = (pattern: RegExp) => (error: unknown) =>
      error instanceof CliError && pattern.test(error.details[0] ?? '');
    const named = hint(/^a formation is named by -f peachy-2$/);
    assert.throws(() => parseVariables(['peachy-2', 'A=1', 'B=2']), named);
    assert.throws(() => parseCounts(['peachy-2', 'web=1'], 'web=2'), named);
    assert.throws(() => parseSettings(['peachy-2', 'timeout=60'], 'timeout=60'), named);
    for (const words of [['peachy-2'], ['A=1', 'peachy-2'], ['PEACHY', 'A=1'], ['web', '3']])
      assert.throws(() => parseVariables(words), hint(/^for example POWERED_BY=Deis$/));
  });

  it('keeps any value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) =>
        assert.deepEqual(parseVariables([`NAME=${value}`]), { NAME: value }),
      ),
    );
  });

  it('names what is missing behind the name by the word of the command', () => {
    assert.throws(
      () => parseCounts(['web'], 'web=2'),
      usage(/"web" is not a valid count: expected name=count/),
    );
    assert.throws(
      () => parseCounts(['web'], 'worker=30', 'timeout'),
      usage(/"web" is not a valid timeout: expected name=timeout/),
    );
    assert.throws(() => parseCounts(['web=x'], 'worker=30', 'timeout'), usage(/the timeout must be a whole/));
    assert.throws(
      () => parseSettings(['web'], 'path=/health'),
      usage(/not a valid setting: expected name=value/),
    );
  });

  for (const word of ['NAME', '=value', '1ST=x', 'A-B=x', 'A B=x', '', 'A\nB=x']) {
    it(`refuses ${JSON.stringify(word)} as a variable`, () => {
      assert.throws(
        () => parseVariables([word]),
        usage(/is not a valid variable|is not a valid name of a variable/),
      );
    });
  }

  it('refuses a name given twice rather than choose', () => {
    assert.throws(() => parseVariables(['A=1', 'A=2']), usage(/A is given twice/));
    assert.throws(() => parseCounts(['web=1', 'web=2'], 'web=2'), usage(/web is given twice/));
  });

  it('reads counts', () => {
    assert.deepEqual(parseCounts(['runtime=2', 'proxy=0'], 'runtime=2'), { runtime: 2, proxy: 0 });
  });

  for (const word of ['web=-1', 'web=1.5', 'web=two', 'web=', 'web= 1', 'web=1e3', 'web=12345678901']) {
    it(`refuses the count of ${word}`, () => {
      assert.throws(() => parseCounts([word], 'web=2'), usage(/must be a whole number, 0 or more/));
    });
  }
});
