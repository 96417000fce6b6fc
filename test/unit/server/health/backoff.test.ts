import assert from 'node:assert/strict';
import { Patience } from '../../../../server/health/backoff.js';

describe('patience', () => {
  it('reports at once, then after doubling pauses up to the longest, and at once after the trouble', () => {
    let now = 0;
    const patience = new Patience({ firstMs: 10, lastMs: 40, now: () => now });
    const due: number[] = [];
    for (now = 0; now <= 160; now += 1) if (patience.isDue('a')) due.push(now);
    assert.deepEqual(due, [0, 10, 30, 70, 110, 150]);
    assert.ok(patience.isDue('b'));
    patience.forget('a');
    assert.ok(patience.isDue('a'));
  });
});
