import assert from 'node:assert/strict';
import { emptyRule, givenRule, ruleInWords } from '../../../../../dashboard/screens/alerts/rule-edits.js';

const typed = { ...emptyRule, name: 'page', threshold: '0.5', pattern: 'timeout|refused', minutes: '10' };
const plain = { summary: 'it is so', threshold: null, unit: null, pattern: null, minutes: null };

describe('a rule of alerts that is typed', () => {
  it('is sent with what its kind takes, and nothing that was typed for another', () => {
    assert.deepEqual(givenRule({ ...typed, kind: 'crash-loop' }), { kind: 'crash-loop', name: 'page' });
    assert.deepEqual(givenRule({ ...typed, kind: '5xx' }), { kind: '5xx', name: 'page', threshold: 0.5 });
    assert.deepEqual(givenRule({ ...typed, kind: 'log' }), {
      ...{ kind: 'log', name: 'page', threshold: 0.5, pattern: 'timeout|refused', minutes: 10 },
    });
  });

  it('leaves to the controller what is left empty', () => {
    assert.deepEqual(givenRule({ ...emptyRule, kind: 'log' }), { kind: 'log' });
  });

  it('is said in words', () => {
    assert.equal(ruleInWords(plain), 'it is so');
    assert.equal(ruleInWords({ ...plain, threshold: 90, unit: '%' }), 'it is so (90 %)');
    assert.equal(
      ruleInWords({ ...plain, threshold: 20, unit: 'lines', pattern: 'a|b', minutes: 10 }),
      'it is so (20 lines, pattern a|b, 10 min)',
    );
  });
});
