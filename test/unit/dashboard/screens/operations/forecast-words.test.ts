import assert from 'node:assert/strict';
import { forecastOf, inWords, lookOf } from '../../../../../dashboard/screens/operations/forecast-words.js';

const node = (outcome: 'in-sync' | 'drifted' | 'unknown') => ({
  ...{ node: 'shop-runtime-1', layer: 'runtime', outcome, changes: [], error: null },
});

describe('what a plan has found', () => {
  it('is there of a plan that has ended', () => {
    const result = { nodes: [node('drifted')], changes: 2 };
    assert.equal(forecastOf({ kind: 'why-run', result })?.changes, 2);
    assert.equal(forecastOf({ kind: 'converge', result }), undefined);
    assert.equal(forecastOf({ kind: 'why-run', result: null }), undefined);
  });

  it('is said in a sentence', () => {
    const words = (...outcomes: ('in-sync' | 'drifted' | 'unknown')[]): string =>
      inWords({ nodes: outcomes.map(node), changes: 2 });
    assert.equal(words('in-sync', 'in-sync'), 'Nothing on any of its 2 nodes.');
    assert.equal(words('in-sync', 'drifted'), '2 resources on 1 of 2 nodes.');
    assert.equal(words('drifted', 'unknown'), '2 resources on 1 of 2 nodes. 1 could not be looked at.');
  });

  it('has lines that come and go', () => {
    assert.deepEqual(['+a', '-b', '@@ -1 +1 @@', ' c'].map(lookOf), ['ink-green', 'ink-red', 'ink-cyan', '']);
  });
});
