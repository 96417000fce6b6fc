import assert from 'node:assert/strict';
import { UserError } from '../../../../base/errors.js';
import {
  linePattern,
  maxMatched,
  maxMinutes,
  maxPattern,
  rulePattern,
} from '../../../../server/alerts/log-pattern.js';

describe('patterns of lines', () => {
  it('match anywhere in a line, with what RE2 knows', () => {
    const matches = linePattern('(?i)error .*(timeout|refused)');
    assert.ok(matches('web ERROR 7: connection refused'));
    assert.ok(!matches('error: fine'));
    assert.ok(linePattern('^ü$')('ü'));
  });

  it('take no more time than the line is long, whatever they are', () => {
    for (const pattern of ['^(a+)+$', '(a|aa)*b', '(.*)*x', '(a?){100}a{100}b']) {
      const began = performance.now();
      assert.equal(linePattern(pattern)(`${'a'.repeat(50_000)}!`), false, pattern);
      assert.ok(performance.now() - began < 5_000, pattern);
    }
  });

  it('look at the beginning of a line that is too long', () => {
    assert.ok(!linePattern('x')(`${'a'.repeat(maxMatched)}x`));
    assert.ok(linePattern('x')(`${'a'.repeat(maxMatched - 1)}x`));
  });

  it('are refused where they are not valid, or too large', () => {
    for (const pattern of [
      '',
      '[',
      '(',
      '*',
      '(a)\\1',
      '(?=a)',
      'x'.repeat(maxPattern + 1),
      '(((a{10}){10}){10})',
    ])
      assert.throws(
        () => linePattern(pattern),
        (error: unknown) => error instanceof UserError && /is not a valid pattern/.test(error.message),
        pattern,
      );
  });

  it('are of the kind log alone, which needs one', () => {
    assert.deepEqual(rulePattern('log', { pattern: 'ERROR' }), { pattern: 'ERROR', minutes: 5 });
    assert.deepEqual(rulePattern('memory', {}), { pattern: null, minutes: null });
    assert.throws(() => rulePattern('memory', { pattern: 'x' }), /takes no pattern/);
    assert.throws(() => rulePattern('log', {}), /needs a pattern/);
    for (const minutes of [0, 1.5, maxMinutes + 1])
      assert.throws(() => rulePattern('log', { pattern: 'x', minutes }), /not a valid number of minutes/);
  });
});
