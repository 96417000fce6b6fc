import assert from 'node:assert/strict';
import { UserError } from '../../../../../base/errors.js';
import { requireRuby, rubyLine, rubyRangeOf } from '../../../../../server/builder/runtimes/ruby-version.js';

describe('the Ruby that an app asks for', () => {
  for (const [gemfile, range] of [
    ['ruby "3.1.2"\n', '3.1.2'],
    ["source 'x'\n  ruby('~> 3.1', \">= 3.1.2\")\n", '~> 3.1, >= 3.1.2'],
    ['ruby "3.1.2", engine: "ruby"', '3.1.2'],
    ['# ruby "2.7"\ngem "ruby-prof"\n', '*'],
    ['ruby file: ".ruby-version"', '*'],
    ['', '*'],
  ] as const)
    it(`is ${range} of the Gemfile ${JSON.stringify(gemfile)}`, () =>
      assert.equal(rubyRangeOf(gemfile, ''), range));

  it('is that of .ruby-version where the Gemfile says none, and stands for its line', () => {
    for (const text of ['3.1', '3.1.7\n', 'ruby-3.1.4-p22', '\uFEFF3.1.0'])
      assert.equal(rubyRangeOf('', text), '~> 3.1.0', text);
    assert.equal(rubyRangeOf('ruby "3.3.1"', '3.1'), '3.3.1');
    assert.equal(rubyRangeOf('', ' \n'), '*');
  });

  for (const [gemfile, rubyVersion, message] of [
    ['ruby "three"', '', /^Gemfile: "three" is not a version of Ruby that can be had/],
    ['', 'jruby-9.4', /^\.ruby-version: "jruby-9\.4" is not a version/],
    ['', '3', /^\.ruby-version: "3" is not/],
    [`ruby ${'"1", '.repeat(20)}"1"`, '', /^Gemfile: .* is not a version/],
  ] as const)
    it(`is refused where it is none: ${JSON.stringify(gemfile || rubyVersion).slice(0, 30)}`, () =>
      assert.throws(
        () => rubyRangeOf(gemfile, rubyVersion),
        (error) => error instanceof UserError && message.test(error.message),
      ));

  it('is found in a moment, whatever the Gemfile holds', () => {
    const begun = performance.now();
    for (const gemfile of ['"a",', 'ruby', ' ', '\t,', '"'])
      try {
        rubyRangeOf(`ruby ${gemfile.repeat(200_000)}`, '');
      } catch (error) {
        assert.ok(error instanceof UserError);
      }
    assert.ok(performance.now() - begun < 2000);
  });
});

describe('whether a Ruby will do', () => {
  for (const [range, fits] of [
    ['*', true],
    ['3.1.2', true],
    ['= 3.1.2', true],
    ['3.1', false],
    ['3.1.3', false],
    ['~> 3.1', true],
    ['~> 3.1.0', true],
    ['~> 3.1.3', false],
    ['~> 3.0.0', false],
    ['~> 2.7', false],
    ['>= 2.5', true],
    ['>= 3.0, < 3.2', true],
    ['> 3.1.2', false],
    ['<= 3.1.2', true],
    ['!= 3.1.2', false],
  ] as const)
    it(`${range}: ${fits}`, () => {
      const check = (): void => requireRuby(range, '3.1.2', 'bookworm');
      if (fits) check();
      else assert.throws(check, /cannot be had: expected 3\.1\.2 on bookworm/);
    });

  it('names the suite that has another one', () => {
    const refusal = (range: string): string => {
      try {
        requireRuby(range, '3.1.2', 'bookworm');
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    const trixie = / \(an operator has it with DEIS_SUITE=trixie\)$/;
    for (const range of ['~> 3.3.0', '>= 3.2', '3.3.8', '~> 3.3'])
      assert.match(refusal(range), trixie, range);
    for (const range of ['2.7.8', '~> 3.2.1', '>= 3.4']) assert.doesNotMatch(refusal(range), trixie, range);
  });

  it('is one for each suite', () => {
    assert.deepEqual(['bookworm', 'trixie'].map(rubyLine), ['3.1', '3.3']);
    assert.throws(() => rubyLine('sid'), /no Ruby for the suite sid/);
  });
});
